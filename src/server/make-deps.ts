import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { Database } from '../db/database.ts';
import type { Sql } from '../db/sql.ts';
import type { Deps } from '../deps.ts';
import { openOutbound } from '../oauth/outbound.ts';
import { noteDatabaseError } from '../oauth/pending-writes.ts';
import type { KeyProvider } from '../vault/key-provider.ts';
import { createVault } from '../vault/vault.ts';

/** The means of a process over a database that is open and migrated. */
export function makeDeps(config: Config, database: Database, keys: KeyProvider, log: Logger): Deps {
  const sql: Sql = (name, text, values) =>
    database.sql<never>(name, text, values).catch((error: unknown) => {
      noteDatabaseError(deps, error);
      throw error;
    });
  const deps: Deps = {
    config,
    db: database.db,
    sql,
    listen: database.listen,
    vault: createVault(sql, keys),
    outbound: openOutbound(config.outboundAllow),
    log,
  };
  return deps;
}
