import type { Logger } from 'pino';
import type { Config } from '../../platform/config/config.ts';
import type { PrismaClient } from '../../platform/db/generated/client.ts';
import type { Listen } from '../../platform/db/listen.ts';
import type { Sql } from '../../platform/db/sql.ts';
import type { Outbound } from '../outbound/outbound.ts';
import type { Vault } from '../vault/vault.ts';

/** The parts of one process that a test can replace. */
export type Deps = {
  config: Config;
  db: PrismaClient;
  sql: Sql;
  /** Listens to the notifications between processes. */
  listen: Listen;
  vault: Vault;
  outbound: Outbound;
  log: Logger;
  /** A signal that is aborted when the process must stop. */
  stopping: AbortController;
};

/**
 * The parts that a token refresh needs. Prisma is not among them, so that the refresh thread need not load
 * it.
 */
export type LeanDeps = Omit<Deps, 'db' | 'listen' | 'stopping'>;

/** Creates something at most once per {@link Deps}, on first use. */
export function perDeps<Made extends object, Of extends LeanDeps = LeanDeps>(
  make: (deps: Of) => Made,
): (deps: Of) => Made {
  const made = new WeakMap<Of, Made>();
  return (deps) => {
    let value = made.get(deps);
    if (value === undefined) {
      value = make(deps);
      made.set(deps, value);
    }
    return value;
  };
}
