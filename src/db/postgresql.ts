import { PrismaPg } from '@prisma/adapter-pg';
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import pg from 'pg';
import type { Database } from './database.ts';
import { translateDatabaseError } from './errors.ts';
import { PrismaClient } from './generated/client.ts';
import { listenPostgresql } from './listen.ts';
import { postgresqlMigrationAdapter } from './postgresql-migration-adapter.ts';
import { clientOptions } from './prisma-options.ts';
import { postgresqlSql, sqlTypes } from './sql.ts';

/** Without these `pg` and PostgreSQL wait for ever. `query_timeout` is for a network gone silent. */
const timeouts = {
  connectionTimeoutMillis: 2_000,
  statement_timeout: 5_000,
  query_timeout: 6_000,
  idle_in_transaction_session_timeout: 15_000,
};

const prismaSessions = 8;
const hotSessions = 6;
const idleTimeoutMillis = 60_000;

/** Opens PostgreSQL with two pools, so that a slow list never stands in the way of the hot path. */
export async function openPostgresql(databaseUrl: string): Promise<Database> {
  const session = { ...utcSession(databaseUrl), ...timeouts, idleTimeoutMillis };
  const prismaPool = createPool({ ...session, max: prismaSessions });
  const hotPool = createPool({ ...session, max: hotSessions, types: sqlTypes });
  const db = new PrismaClient({
    adapter: new PrismaPg(prismaPool, { statementNameGenerator: createStatementNames() }),
    ...clientOptions,
  });
  const sql = postgresqlSql(hotPool);
  const database: Database = {
    kind: 'postgresql',
    db,
    sql,
    listen: listenPostgresql({ ...utcSession(databaseUrl), ...timeouts }),
    ping: async () => void (await sql('ping', 'SELECT 1', [])),
    close: async () => {
      await db.$disconnect();
      await Promise.all([prismaPool.end(), hotPool.end()]);
    },
    connectForMigrations: () => connectForMigrations(databaseUrl),
  };
  await requireUtc(database);
  return database;
}

/**
 * Makes UTC the session's time zone whatever server, role, database or address say: the start-up
 * options outrank the first three, the last of two options wins, and so the address's stand first.
 */
function utcSession(databaseUrl: string): pg.ClientConfig {
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

/** How many of Prisma's statements each session keeps prepared. */
const preparedStatements = 500;

/**
 * Names for Prisma's statements, so that PostgreSQL parses and plans each once a session and not every
 * time. Their texts are few, the queries' shapes; what comes after the last name stays unnamed.
 */
function createStatementNames(): (query: { sql: string }) => string {
  const names = new Map<string, string>();
  return ({ sql }) => {
    const known = names.get(sql);
    if (known !== undefined) return known;
    if (names.size >= preparedStatements) return ''; // unnamed
    const name = `prisma-${names.size}`;
    names.set(sql, name);
    return name;
  };
}

/** A pool whose lost sessions are no uncaught errors: the statement in hand fails, the next reconnects. */
function createPool(config: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool(config);
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  pool.on('release', (_error, client) => endUnlessIdle(client));
  return pool;
}

/**
 * A transaction that ran into `query_timeout` is given back while it is still open: its ROLLBACK was
 * never sent. The next one's writes would be lost in it, although each was acknowledged.
 */
function endUnlessIdle(client: pg.PoolClient): void {
  if (client.getTransactionStatus() === 'I') return;
  void client.end().catch(() => {});
}

async function requireUtc(database: Database): Promise<void> {
  try {
    const zones = await Promise.all([
      database.sql<{ TimeZone: string }>('show_timezone', 'SHOW timezone', []),
      database.db.$queryRaw<{ TimeZone: string }[]>`SHOW timezone`,
    ]);
    const other = zones.flat().find(({ TimeZone }) => TimeZone !== 'UTC');
    if (other === undefined) return;
    throw new Error(
      `The sessions' time zone is ${other.TimeZone}, not UTC: something between Patchbay and ` +
        'PostgreSQL, such as a connection pooler, drops the start-up option "-c timezone=UTC".',
    );
  } catch (error) {
    await database.close();
    throw translateDatabaseError(error);
  }
}

/** A single session: the engine's advisory lock and its scripts belong to one. */
function connectForMigrations(databaseUrl: string): Promise<SqlDriverAdapter> {
  const { connectionTimeoutMillis } = timeouts;
  const session = { ...utcSession(databaseUrl), connectionTimeoutMillis };
  return postgresqlMigrationAdapter(createPool({ ...session, max: 1 }));
}
