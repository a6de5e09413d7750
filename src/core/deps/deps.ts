import type { Logger } from 'pino';
import type { Config } from '../../platform/config/config.ts';
import type { PrismaClient } from '../../platform/db/generated/client.ts';
import type { Listen } from '../../platform/db/listen.ts';
import type { Sql } from '../../platform/db/sql.ts';
import type { Outbound } from '../outbound/outbound.ts';
import type { Vault } from '../vault/vault.ts';

/** The means of one process: what a test wants to replace. */
export type Deps = {
  config: Config;
  db: PrismaClient;
  sql: Sql;
  /** Hears what processes notify each other of. */
  listen: Listen;
  vault: Vault;
  outbound: Outbound;
  log: Logger;
  /** Aborted when the process is told to stop. */
  stopping: AbortController;
};

/** What refreshes of tokens take: no Prisma, which a thread of their own need not load. */
export type LeanDeps = Omit<Deps, 'db' | 'listen' | 'stopping'>;

/** Makes something at most once for each {@link Deps}, when it is first asked for. */
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
