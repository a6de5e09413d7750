import type { Config } from '../config.ts';
import type { Database } from '../db/database.ts';
import { requireMigrated } from '../db/migrate.ts';
import type { Deps } from '../deps.ts';
import { createLog } from '../server/log.ts';
import { makeDeps } from '../server/make-deps.ts';
import { joinInstallation, openInstallation } from '../server/open-installation.ts';
import type { KeyProvider } from '../vault/key-provider.ts';

/** What a command works with. */
export type Workplace = { deps: Deps; database: Database; keys: KeyProvider };

/**
 * Does `work` on an installation as one of its processes: servers on PostgreSQL may run beside it, and
 * an embedded database is its own meanwhile.
 *
 * @throws ConfigError, or an Error in words for the operator.
 */
export async function openForWork<Result>(
  config: Config,
  work: (place: Workplace) => Promise<Result>,
): Promise<Result> {
  const installation = await openInstallation(config);
  const { database, keys } = installation;
  try {
    await requireMigrated(database);
    const { presence } = await joinInstallation(installation, async () => {});
    try {
      return await work({ deps: makeDeps(config, database, keys, createCliLog()), database, keys });
    } finally {
      await presence.leave();
    }
  } finally {
    await installation.close();
  }
}

/** On standard error, so that it does not mix with what was asked for. */
export function createCliLog() {
  return createLog({ logLevel: 'warn' }, { write: (line) => void process.stderr.write(line) });
}
