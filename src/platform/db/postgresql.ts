import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { describeConnectFailure } from './connect-failure.ts';
import type { Database, ScriptSession } from './database.ts';
import { PrismaClient } from './generated/client.ts';
import { listenPostgresql } from './listen.ts';
import {
  createPool,
  openHotSessions,
  sessionOf,
  timeouts,
  utcSession,
} from './postgresql-sessions.ts';
import { clientOptions } from './prisma-options.ts';

/** Maximum number of sessions for Prisma. */
const prismaSessions = 8;

/** Opens PostgreSQL with two pools, so that the hot statements never wait for a slow list. */
export async function openPostgresql(databaseUrl: string): Promise<Database> {
  const prismaPool = createPool({ ...sessionOf(databaseUrl), max: prismaSessions });
  const db = new PrismaClient({
    adapter: new PrismaPg(prismaPool, { statementNameGenerator: createStatementNames() }),
    ...clientOptions,
  });
  const { sql, close } = openHotSessions(databaseUrl);
  const database: Database = {
    kind: 'postgresql',
    db,
    sql,
    listen: listenPostgresql({ ...utcSession(databaseUrl), ...timeouts }),
    ping: async () => void (await sql('ping', 'SELECT 1', [])),
    close: async () => {
      await db.$disconnect();
      await Promise.all([prismaPool.end(), close()]);
    },
    openSession: () => openPostgresqlSession(databaseUrl),
  };
  try {
    await requireUtc(database);
  } catch (error) {
    await database.close();
    throw describeConnectFailure(sessionOf(databaseUrl), error);
  }
  return database;
}

/** Maximum number of Prisma's statements that each session keeps prepared. */
const preparedStatements = 500;

/**
 * Names Prisma's statements, so that PostgreSQL parses each of them once per session and not at every call.
 * Queries of the same shape have the same text, so there are few texts. When all names are used, further
 * statements stay unnamed, which bounds the memory of the server.
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

async function requireUtc(database: Database): Promise<void> {
  // `sql` comes first, because the driver's error explains a failure better than Prisma's.
  const zones = [
    ...(await database.sql<{ TimeZone: string }>('show_timezone', 'SHOW timezone', [])),
    ...(await database.db.$queryRaw<{ TimeZone: string }[]>`SHOW timezone`),
  ];
  const other = zones.find(({ TimeZone }) => TimeZone !== 'UTC');
  if (other === undefined) return;
  throw new Error(
    `The sessions' time zone is ${other.TimeZone}, not UTC: something between Patchbay and ` +
      'PostgreSQL, such as a connection pooler, drops the start-up option "-c timezone=UTC".',
  );
}

async function openPostgresqlSession(databaseUrl: string): Promise<ScriptSession> {
  const { connectionTimeoutMillis } = timeouts;
  const client = new pg.Client({ ...utcSession(databaseUrl), connectionTimeoutMillis });
  client.on('error', () => {}); // a lost session fails the statement that runs
  await client.connect();
  return {
    run: async (script) => {
      try {
        await client.query(script);
      } catch (error) {
        await client.query('ROLLBACK').catch(() => {});
        throw error;
      }
    },
    close: () => client.end(),
  };
}
