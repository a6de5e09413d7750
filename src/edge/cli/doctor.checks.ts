import {
  type ConnectionType,
  findShippedType,
  listShippedTypes,
} from '../../core/catalog/catalog.ts';
import { readTypeFiles, requireFreeTypeNames } from '../../core/catalog/type-files.ts';
import { countWrapped } from '../../core/key-rotation/rewrap.ts';
import { findStuckRotations } from '../../core/key-rotation/rotate-data-keys.service.ts';
import { openOutbound } from '../../core/outbound/outbound.ts';
import { findClosedDataKeys } from '../../core/vault/data-keys.ts';
import type { KeyProvider } from '../../core/vault/key-provider.ts';
import { findMasterKeyComplaints } from '../../core/vault/master-keys.ts';
import { findLacking } from '../../core/vault/processes.ts';
import {
  findProviderWarning,
  takesOperatorClient,
  variablePrefixOf,
} from '../../oauth/provider/provider.ts';
import type { OAuthClients } from '../../platform/config/config.oauth.ts';
import { type Config, isLoopback } from '../../platform/config/config.ts';
import { requireMigrated } from '../../platform/db/migrate.ts';
import type { Sql } from '../../platform/db/sql.ts';
import { ConfigError } from '../../platform/errors.ts';
import type { Installation } from '../server/open-installation.ts';

/** One line of the report of `doctor`. */
export type Finding = { what: string; isWell: boolean; says: string };

/**
 * Maximum difference in milliseconds between the clock of this machine and that of the database. Processes
 * check some times, such as the expiry of a JWT, by their own clock.
 */
const toleratedClockError = 30_000;

/** Checks everything that needs no database. */
export function findConfigFaults(config: Config): Finding[] {
  const { publicUrl, refresh } = config;
  const url = new URL(publicUrl);
  const isSafe = url.protocol === 'https:' || isLoopback(url.hostname.replace(/^\[|\]$/g, ''));
  const callback = `${publicUrl}/v1/oauth2/callback`;
  return [
    {
      what: 'public URL',
      isWell: isSafe,
      says: isSafe
        ? `${publicUrl}; register ${callback} as redirect URI at each provider`
        : 'PUBLIC_URL must be https: a browser carries codes and tokens to it',
    },
    findProviderFaults(config),
    {
      what: 'refresh',
      isWell: true,
      says: refresh === 'on' ? 'on' : 'off: this server refreshes no token',
    },
  ];
}

/**
 * Finds endpoints that the outbound policy refuses, because a server would not start with them, and variables
 * that no type reads.
 */
function findProviderFaults({ outboundAllow, oauthClients }: Config): Finding {
  const what = 'providers';
  const known = new Set(listShippedTypes().filter(takesOperatorClient).map(prefixOf));
  const unknown = Object.keys(oauthClients).filter((prefix) => !known.has(prefix));
  try {
    openOutbound(outboundAllow, oauthClients);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { what, isWell: false, says: error.message.replaceAll('\n', ' ') };
  }
  if (unknown.length === 0) return { what, isWell: true, says: describeProviders(oauthClients) };
  const names = unknown.map((prefix) => `OAUTH_${prefix}_…`).join(', ');
  return { what, isWell: false, says: `no connection type reads ${names}: correct the name` };
}

const prefixOf = ({ type }: ConnectionType) => variablePrefixOf(type);

function describeProviders(clients: OAuthClients): string {
  const own = listShippedTypes().filter(takesOperatorClient);
  const set = own.filter((type) => findProviderWarning(type, clients) === undefined);
  const missing = own.length - set.length;
  const labels = set.map(({ label }) => label).join(', ');
  const clientsOf = labels === '' ? 'no OAuth client in the environment' : `clients of ${labels}`;
  return missing === 0 ? clientsOf : `${clientsOf}; ${missing} other providers are not set up`;
}

/** Checks the files in CONNECTION_TYPES, if the operator has a folder of types. */
export async function findTypeFileFaults({ connectionTypes }: Config): Promise<Finding[]> {
  if (connectionTypes === undefined) return [];
  return [
    await makeFinding('connection types', `all files in ${connectionTypes} are read`, async () => {
      await readTypeFiles(connectionTypes);
      return [];
    }),
  ];
}

/** Checks the database without changing it. */
export async function findDatabaseFaults(
  { database, keys }: Installation,
  config: Config,
): Promise<Finding[]> {
  const { sql } = database;
  const opened = { what: 'database', isWell: true, says: `${database.kind} answers` };
  const migrations = await makeFinding('migrations', 'all applied', async () => {
    await requireMigrated(database);
    return [];
  });
  if (!migrations.isWell) return [opened, migrations];
  return [
    opened,
    migrations,
    await makeFinding('clock', 'as the database’s', () => findClockError(sql)),
    ...(await findKeyFaults(sql, keys)),
    await makeFinding('redirect URI', 'every open consent returns to this server', () =>
      findLostConsents(sql, config.publicUrl),
    ),
    ...(await findTypeNameFaults(sql, config)),
    await makeFinding('requirements', 'every required provider is set up', () =>
      findMissingClients(sql, config.oauthClients),
    ),
  ];
}

async function findTypeNameFaults(sql: Sql, { connectionTypes }: Config): Promise<Finding[]> {
  if (connectionTypes === undefined) return [];
  return [
    await makeFinding('type names', 'no organization has a type of a file', async () => {
      // A file that cannot be read is a fault of its own.
      await requireFreeTypeNames(sql, await readTypeFiles(connectionTypes).catch(() => []));
      return [];
    }),
  ];
}

/** Runs one check. A check that throws an error is a fault too, and the others still run. */
async function makeFinding(
  what: string,
  well: string,
  look: () => Promise<string[]>,
): Promise<Finding> {
  try {
    const faults = await look();
    return { what, isWell: faults.length === 0, says: faults.join(' ') || well };
  } catch (error) {
    return { what, isWell: false, says: describeError(error) };
  }
}

function describeError(error: unknown): string {
  return error instanceof Error ? error.message.replaceAll('\n', ' ') : String(error);
}

async function findClockError(sql: Sql): Promise<string[]> {
  const [row] = await sql<{ now: Date }>('doctor-clock', 'SELECT now() AS now', []);
  const error = Math.abs(Date.now() - (row?.now.getTime() ?? 0));
  if (error < toleratedClockError) return [];
  return [
    `This machine's clock is ${Math.round(error / 1_000)} s off from the clock of the database. Synchronize both with NTP.`,
  ];
}

async function describeKeys(sql: Sql): Promise<string> {
  const counts = await countWrapped(sql);
  return counts
    .map(({ kid, status, wrapped }) => `${kid} ${status}, ${wrapped} data keys`)
    .join('; ');
}

/**
 * Checks the keys. Under a wrong master key no data key opens, so only the master key is reported.
 */
async function findKeyFaults(sql: Sql, keys: KeyProvider): Promise<Finding[]> {
  const complaints = await findMasterKeyComplaints(sql, keys);
  const masterKeys = await makeFinding('master keys', await describeKeys(sql), async () => [
    ...complaints,
    ...(await findLackingProcesses(sql)),
  ]);
  if (complaints.length > 0) return [masterKeys];
  return [
    masterKeys,
    await makeFinding('data keys', 'all open', () => findDataKeyFaults(sql, keys)),
  ];
}

/** Finds processes without the active master key. They cannot open data keys that it wraps. */
async function findLackingProcesses(sql: Sql): Promise<string[]> {
  const active = (await countWrapped(sql)).find(({ status }) => status === 'active');
  const lacking = active === undefined ? [] : await findLacking(sql, active.kid);
  return lacking.map(
    ({ host, pid }) =>
      `Process ${pid} on ${host} does not hold "${active?.kid}": set its MASTER_KEYS and restart it.`,
  );
}

async function findDataKeyFaults(sql: Sql, keys: KeyProvider): Promise<string[]> {
  const [closed, stuck] = [await findClosedDataKeys(sql, keys), await findStuckRotations(sql)];
  return [
    ...closed.map((id) => `The data key ${id} does not open: restore its row from a backup.`),
    ...stuck.map(({ scope, at }) => {
      const command = scope === 'all' ? 'rotate-data-keys' : `rotate-data-keys --project ${scope}`;
      return `A rotation that began at ${at.toISOString()} is not finished. Run ${command} again.`;
    }),
  ];
}

async function findMissingClients(sql: Sql, clients: OAuthClients): Promise<string[]> {
  const rows = await sql<{ type: string }>(
    'doctor-required-types',
    `SELECT DISTINCT spec ->> 'type' AS type FROM requirement WHERE kind = 'connection' ORDER BY 1`,
    [],
  );
  return rows.flatMap(({ type: name }) => {
    const type = findShippedType(name);
    return (type && findProviderWarning(type, clients)) ?? [];
  });
}

/** Finds open consents whose redirect URI leads to another address, because PUBLIC_URL has changed. */
async function findLostConsents(sql: Sql, publicUrl: string): Promise<string[]> {
  const [row] = await sql<{ lost: number }>(
    'doctor-consents',
    `SELECT count(*)::int AS lost FROM authorization_attempt
     WHERE consumed_at IS NULL AND expires_at > now() AND NOT starts_with(redirect_uri, $1)`,
    [`${publicUrl}/`],
  );
  if (!row?.lost) return [];
  return [
    `${row.lost} open consents began under another PUBLIC_URL and will not return to this server. Repeat them, or restore PUBLIC_URL.`,
  ];
}
