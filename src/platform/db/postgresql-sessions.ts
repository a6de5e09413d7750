import pg from 'pg';
import type { Database } from './database.ts';
import { postgresqlSql, sqlTypes } from './sql.ts';

/**
 * Time limits in milliseconds. Without them `pg` and PostgreSQL wait for ever. PostgreSQL enforces
 * `statement_timeout`; `pg` enforces `query_timeout`, which also ends a wait for a network that fails.
 */
export const timeouts = {
  connectionTimeoutMillis: 2_000,
  statement_timeout: 5_000,
  query_timeout: 6_000,
  idle_in_transaction_session_timeout: 15_000,
};

const hotSessions = 6;
const idleTimeoutMillis = 60_000;

/*
 * Settings of the hot sessions. PostgreSQL plans a prepared statement once and keeps that plan. By itself it
 * would compare the kept plan with one for the given arrays, whose length it then sees; the latter looks
 * cheaper, so it would plan a batched statement for every call. Measured on PostgreSQL 15 with 200,000
 * connections, first quartile without and with the setting: authenticate 0.24 and 0.16 ms, credentials 1.02
 * and 0.38 ms, a page of connections 0.79 and 0.46 ms, a lease 0.34 and 0.18 ms. A kept plan is made for ten
 * calls, so its cost can look high enough for JIT compilation, which takes longer than the statement.
 */
const hotSettings = '-c plan_cache_mode=force_generic_plan -c jit=off';

/** Opens the pool of sessions for the hot statements. It connects when the first statement runs. */
export function openHotSessions(databaseUrl: string): Pick<Database, 'sql' | 'close'> {
  const session = sessionOf(databaseUrl);
  const pool = createPool({
    ...session,
    options: `${session.options} ${hotSettings}`,
    max: hotSessions,
    types: sqlTypes,
  });
  return { sql: postgresqlSql(pool), close: () => pool.end() };
}

export const sessionOf = (databaseUrl: string): pg.PoolConfig => ({
  ...utcSession(databaseUrl),
  ...timeouts,
  idleTimeoutMillis,
});

/**
 * Sets the time zone of sessions to UTC. Start-up options override the settings of the server, the database
 * and the role. The last of two options counts, so ours comes after the options of the address.
 */
export function utcSession(databaseUrl: string): pg.ClientConfig {
  const url = new URL(databaseUrl);
  const given = url.searchParams.get('options') ?? '';
  url.searchParams.delete('options');
  return {
    connectionString: url.href,
    options: `${given} -c timezone=UTC`.trimStart(),
    application_name: 'patchbay',
    keepAlive: true,
  };
}

/**
 * Creates a pool. A lost session emits an `error` event, which would end the process without a listener.
 * With it, the running statement fails and the next one opens a new session.
 */
export function createPool(config: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool(config);
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  pool.on('release', (_error, client) => endUnlessIdle(client));
  return pool;
}

/**
 * Ends a session that returns to the pool inside a transaction. After a `query_timeout` the ROLLBACK was
 * never sent, so the next user of the session would write into the old transaction, and nothing of it would
 * ever be committed.
 */
function endUnlessIdle(client: pg.PoolClient): void {
  if (client.getTransactionStatus() === 'I') return;
  void client.end().catch(() => {});
}
