import { requireType } from '../../core/connection-config/read-config.ts';
import {
  type ConnectionPlace,
  openHalf,
  type SealedHalf,
} from '../../core/connection-config/sealed-config.ts';
import type { LeanDeps } from '../../core/deps/deps.ts';
import {
  type DataKeyColumns,
  dataKeyColumns,
  readDataKey,
} from '../../core/vault/data-key.columns.ts';
import type { Batched } from '../../platform/db/batch.ts';
import { hiddenArray, type Sql } from '../../platform/db/sql.ts';
import { type Provider, resolveProvider } from './provider.ts';

/** A connection's settings as they are stored. */
export type StoredSettings = {
  type: string;
  publicHalf: SealedHalf | null;
  secretHalf: SealedHalf | null;
};

/**
 * The provider of a connection whose tokens are to be refreshed; undefined when the connection is gone.
 * Concurrent calls share a statement.
 *
 * @throws InvalidInputError when its settings do not suffice.
 */
export async function loadProvider(
  deps: LeanDeps,
  place: ConnectionPlace,
): Promise<Provider | undefined> {
  const stored = await deps.loadProviderSettings(place.id);
  return stored && openProvider(deps, place, stored);
}

/** As {@link loadProvider}, of settings that were loaded along with something else. */
export async function openProvider(
  deps: LeanDeps,
  place: ConnectionPlace,
  stored: StoredSettings,
): Promise<Provider> {
  const [config, secrets] = await Promise.all([
    openHalf(deps.vault, place, 'public', stored.publicHalf),
    openHalf(deps.vault, place, 'secret', stored.secretHalf),
  ]);
  const whole = { ...config, ...secrets };
  return resolveProvider(requireType(stored.type), whole, deps.config.oauthClients);
}

declare module '../../core/deps/deps.ts' {
  interface LeanDeps {
    loadProviderSettings: Batched<string, StoredSettings | undefined>;
  }
}

/** What {@link readSettings} reads, of a connection `c`. */
export const settingsColumns = `c.type, c.config AS public, s.config AS secret,
    ${dataKeyColumns('pk', 'publicKey')}, ${dataKeyColumns('sk', 'secretKey')}`;

/** Joins what {@link settingsColumns} takes beside `c`. */
export const settingsJoins = `
  LEFT JOIN connection_secret s ON s.connection_id = c.id
  LEFT JOIN data_key pk ON pk.id = c.config_data_key_id
  LEFT JOIN data_key sk ON sk.id = s.config_data_key_id`;

const statement = `
  SELECT ${settingsColumns}
  FROM unnest(${hiddenArray('uuid')}) WITH ORDINALITY AS q(id, position)
  LEFT JOIN connection c ON c.id = q.id ${settingsJoins}
  ORDER BY q.position`;

/** A row with {@link settingsColumns}; all are null where the connection is gone. */
export type SettingsRow = DataKeyColumns<'publicKey' | 'secretKey'> & {
  type: string | null;
  public: Uint8Array | null;
  secret: Uint8Array | null;
};

export async function loadManyProviderSettings(
  sql: Sql,
  ids: readonly string[],
): Promise<(StoredSettings | undefined)[]> {
  return (await sql<SettingsRow>('load-provider', statement, [ids])).map(readSettings);
}

export function readSettings(row: SettingsRow): StoredSettings | undefined {
  if (row.type === null) return undefined;
  const publicHalf = half(row.public, readDataKey(row, 'publicKey'));
  const secretHalf = half(row.secret, readDataKey(row, 'secretKey'));
  return { type: row.type, publicHalf, secretHalf };
}

function half(sealed: Uint8Array | null, dataKey: SealedHalf['dataKey'] | null): SealedHalf | null {
  return sealed && dataKey && { sealed, dataKey };
}
