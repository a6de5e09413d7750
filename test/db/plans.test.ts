import { beforeAll, describe, expect, test, vi } from 'vitest';
import { createConnection } from '../helpers/connections.ts';
import { call, makeApp, makeRequirement, openEndUser } from '../helpers/end-users.ts';
import { resolve } from '../helpers/resolve.ts';
import { useServer } from '../helpers/server.ts';
import { testDatabase } from '../setup/test-database.ts';

/** How often each session of the hot path receives each request. */
const rounds = 5;
/** The number of sessions of the hot path. */
const sessions = 6;
/** The number of sessions of Prisma. */
const prismaSessions = 8;

describe.runIf(testDatabase().kind === 'postgresql')('on PostgreSQL', () => {
  const server = useServer();
  beforeAll(async () => {
    // In sessions that earlier test files have used, the statements already have plans.
    await server.database.db.$executeRaw`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid()`;
    // The pools notice it a moment later.
    await vi.waitUntil(allAnswer);
  });

  /** Whether a statement succeeds in every session of both pools. */
  const allAnswer = () => {
    const { sql, db } = server.database;
    const hot = Array.from({ length: sessions }, () => sql('ping', 'SELECT 1', []));
    const prisma = Array.from({ length: prismaSessions }, () => db.$queryRaw`SELECT 1`);
    return Promise.all([...hot, ...prisma]).then(
      () => true,
      () => false,
    );
  };

  type Planned = { name: string; custom: number; kept: number };
  /** Returns the statements of every session, and how often each had a custom plan. */
  const planned = async () => {
    // Each waits in its own session.
    const looks = Array.from({ length: sessions }, () =>
      server.database.sql<Planned>(
        'planned',
        `SELECT name, custom_plans::int AS custom, generic_plans::int AS kept
         FROM pg_prepared_statements, pg_sleep(0.3) WHERE name <> 'planned'`,
        [],
      ),
    );
    return (await Promise.all(looks)).flat();
  };

  test('the statements of every request are planned once a session', async () => {
    const { id } = await createConnection(server);
    const appId = await makeApp(server);
    const requirementId = await makeRequirement(server, appId);
    const user = await openEndUser(server, appId);
    const person = await server.createPerson({ role: 'admin' });
    const list = `{ connections(projectId: "${server.home.projectId}", first: 20) { nodes { id } } }`;
    for (let round = 0; round <= sessions * rounds; round += 1) {
      const answers = [
        await server.rest('POST', `/v1/connections/${id}/credentials`),
        await server.rest('GET', `/v1/connections/${id}`),
        await server.rest('GET', `/v1/connections?project_id=${server.home.projectId}`),
        await call(user, 'GET', ''),
      ];
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
      expect((await server.graphql(list, {}, person.token)).errors).toEqual([]);
      await resolve(server, { appId, userId: 'somebody', references: [{ requirementId }] });
    }
    const statements = await planned();
    const kept = statements.filter((statement) => statement.kept > 0).map(({ name }) => name);
    expect(kept).toEqual(
      expect.arrayContaining([
        'authenticate',
        'authenticate-user',
        'find-end-users',
        'load-credentials',
        'list-connections',
        'connection-by-id',
        'load-end-user-credentials',
        'record-events',
      ]),
    );
    expect(statements.filter(({ custom }) => custom > 0)).toEqual([]);
  });
});
