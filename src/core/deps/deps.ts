import type { Logger } from 'pino';
import type { Config } from '../../platform/config/config.ts';
import type { PrismaClient } from '../../platform/db/generated/client.ts';
import type { Listen } from '../../platform/db/listen.ts';
import type { Sql } from '../../platform/db/sql.ts';
import type { Outbound } from '../outbound/outbound.ts';
import type { ServerSecrets } from '../vault/server-secret.ts';
import type { Vault } from '../vault/vault.ts';

/*
 * Everything that one process has: its means, its batched statements, and its state. A module that needs
 * a field declares it beside its own code, with `declare module` of this file, so that this file imports
 * nothing from above. `edge/server/make-deps.ts` makes every field, and the compiler says which is
 * missing. A test may replace a field.
 */

/** What the refresh of tokens needs. It has no Prisma, so a thread of its own starts fast. */
export interface LeanDeps {
  config: Config;
  sql: Sql;
  vault: Vault;
  outbound: Outbound;
  log: Logger;
}

export interface Deps extends LeanDeps {
  db: PrismaClient;
  /** Receives the notifications that processes send each other. */
  listen: Listen;
  serverSecrets: ServerSecrets;
  /** A signal that is aborted when the process must stop. */
  stopping: AbortController;
  /** Ends what this process keeps open and writes what it holds back. The database stays open. */
  close: () => Promise<void>;
}
