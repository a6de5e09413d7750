import type { Logger } from 'pino';
import type { ConnectionType } from '../../core/catalog/catalog.ts';
import { createTypeRegistry } from '../../core/catalog/type-registry.ts';
import { createAnnouncer } from '../../core/changes/announce-changes.ts';
import type { LeanDeps } from '../../core/deps/deps.ts';
import { openOutbound } from '../../core/outbound/outbound.ts';
import type { KeyProvider } from '../../core/vault/key-provider.ts';
import { createVault } from '../../core/vault/vault.ts';
import { loadManyStoredConfigs } from '../../oauth/provider/load-provider.ts';
import { reloadGrants } from '../../oauth/refresh/grant.ts';
import { takeRefreshLeases } from '../../oauth/refresh/lease.statements.ts';
import { createPendingWrites, noteDatabaseError } from '../../oauth/refresh/pending-writes.ts';
import type { Config } from '../../platform/config/config.ts';
import { batch } from '../../platform/db/batch.ts';
import type { Sql } from '../../platform/db/sql.ts';

/** What a process has before its parts are made. */
export type ProcessMeans = {
  keys: KeyProvider;
  log: Logger;
  /** The connection types in the operator's folder. */
  fileTypes: readonly ConnectionType[];
};

/**
 * Makes what a thread that refreshes tokens needs. It imports no Prisma and no feature. A batch reads
 * `deps.sql` when it is sent, because a test may replace it.
 */
export function makeLeanDeps(
  config: Config,
  port: Sql,
  { keys, log, fileTypes }: ProcessMeans,
): LeanDeps {
  const pendingWrites = createPendingWrites();
  const sql: Sql = (name, text, values) =>
    port<never>(name, text, values).catch((error: unknown) => {
      noteDatabaseError({ pendingWrites }, error);
      throw error;
    });
  const deps: LeanDeps = {
    config,
    sql,
    vault: createVault(sql, keys),
    outbound: openOutbound(config.outboundAllow, config.oauthClients),
    log,
    announcer: createAnnouncer(),
    connectionTypes: createTypeRegistry({ sql, log }, fileTypes),
    loadStoredConfig: batch((ids) => loadManyStoredConfigs(deps.sql, ids)),
    pendingWrites,
    runningRefreshes: new Map(),
    reloadGrant: batch((ids) => reloadGrants(deps.sql, ids)),
    takeRefreshLease: batch((requests) => takeRefreshLeases(deps.sql, requests)),
  };
  return deps;
}
