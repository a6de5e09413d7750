import type { Logger } from 'pino';
import type { Deps, LeanDeps } from '../../core/deps/deps.ts';
import { openOutbound } from '../../core/outbound/outbound.ts';
import type { KeyProvider } from '../../core/vault/key-provider.ts';
import { createVault } from '../../core/vault/vault.ts';
import { noteDatabaseError } from '../../oauth/refresh/pending-writes.ts';
import type { Config } from '../../platform/config/config.ts';
import type { Database } from '../../platform/db/database.ts';
import type { Sql } from '../../platform/db/sql.ts';

/** The means of a process over a database that is open and migrated. */
export function makeDeps(config: Config, database: Database, keys: KeyProvider, log: Logger): Deps {
  const { db, listen } = database;
  return Object.assign(makeLeanDeps(config, database.sql, keys, log), {
    db,
    listen,
    stopping: new AbortController(),
  });
}

/** The means of a thread that refreshes tokens. */
export function makeLeanDeps(config: Config, port: Sql, keys: KeyProvider, log: Logger): LeanDeps {
  const sql: Sql = (name, text, values) =>
    port<never>(name, text, values).catch((error: unknown) => {
      noteDatabaseError(deps, error);
      throw error;
    });
  const vault = createVault(sql, keys);
  const deps: LeanDeps = {
    config,
    sql,
    vault,
    outbound: openOutbound(config.outboundAllow, config.oauthClients),
    log,
  };
  return deps;
}
