import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readTypeFiles } from '../../core/catalog/type-files.ts';
import type { Deps } from '../../core/deps/deps.ts';
import type { KeyProvider } from '../../core/vault/key-provider.ts';
import type { Config } from '../../platform/config/config.ts';
import type { Database } from '../../platform/db/database.ts';
import { requireMigrated } from '../../platform/db/migrate.ts';
import { ConfigError } from '../../platform/errors.ts';
import { isUuid } from '../../platform/input.ts';
import { createLog } from '../server/log.ts';
import { makeDeps } from '../server/make-deps.ts';
import { joinInstallation, openInstallation } from '../server/open-installation.ts';
import { UsageError } from './parse.ts';

/** The parts that a command works with. */
type Workplace = { deps: Deps; database: Database; keys: KeyProvider };

/**
 * Runs `work` as one of the processes of an installation. On PostgreSQL, servers can run at the same time;
 * an embedded database belongs to the command until it ends.
 *
 * @throws ConfigError, or an Error whose message is for the operator.
 */
export async function openForWork<Result>(
  config: Config,
  work: (place: Workplace) => Promise<Result>,
): Promise<Result> {
  const missing = findMissingDatabase(config);
  if (missing !== undefined) throw new ConfigError(`Start the server first: ${missing}.`);
  const fileTypes = await readTypeFiles(config.connectionTypes);
  const installation = await openInstallation(config, { makesKeys: false });
  const { database, keys } = installation;
  try {
    await requireMigrated(database);
    const { presence } = await joinInstallation(installation, async () => {});
    const deps = makeDeps(config, database, { keys, log: createCliLog(), fileTypes });
    try {
      return await work({ deps, database, keys });
    } finally {
      await deps.close();
      await presence.leave();
    }
  } finally {
    await installation.close();
  }
}

/** Returns why there is no database to work on; undefined if there is one. */
export function findMissingDatabase({ databaseUrl, dataDir }: Config): string | undefined {
  if (databaseUrl !== undefined || existsSync(join(dataDir, 'db'))) return undefined;
  return `${dataDir} contains no database yet, and the first start of the server creates it`;
}

/** Creates a log on standard error, so that it does not mix with the result. */
function createCliLog() {
  return createLog({ logLevel: 'warn' }, { write: (line) => void process.stderr.write(line) });
}

/** Returns the project that an option names; null if it is left out. */
export async function requireProjectId(
  { db }: Deps,
  given: string | boolean | undefined,
): Promise<string | null> {
  if (given === undefined) return null;
  const id = String(given);
  const project = isUuid(id)
    ? await db.project.findUnique({ where: { id }, select: { id: true } })
    : null;
  if (project === null)
    throw new UsageError(`--project must be the id of a project: there is none with the id ${id}.`);
  return project.id;
}
