import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { Database } from '../db/database.ts';
import type { Sql } from '../db/sql.ts';
import type { Deps, LeanDeps } from '../deps.ts';
import { openOutbound } from '../oauth/outbound.ts';
import { noteDatabaseError } from '../oauth/pending-writes.ts';
import type { KeyProvider } from '../vault/key-provider.ts';
import { createVault } from '../vault/vault.ts';

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
