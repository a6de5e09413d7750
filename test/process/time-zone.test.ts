import { expect, it } from 'vitest';
import { makeEnvironment, projectOf, startServer } from '../helpers/process.ts';
import { administer } from '../setup/postgresql.ts';
import { dataOf, openAi, send, sendOperation } from './requests.ts';

type Times = { auditEvents: { nodes: { at: string }[] }; connection: { createdAt: string } };

it('stores the right times with any time zone of the database and the process', async () => {
  const environment = await makeEnvironment();
  const { DATABASE_URL } = environment;
  if (DATABASE_URL !== undefined) {
    const name = new URL(DATABASE_URL).pathname.slice(1);
    await administer(DATABASE_URL, `ALTER DATABASE ${name} SET timezone = 'Asia/Tokyo'`);
    const [zone] = await administer(DATABASE_URL, 'SHOW timezone');
    expect(zone).toEqual({ TimeZone: 'Asia/Tokyo' });
  }
  const zones = { TZ: 'Asia/Tokyo', PGTZ: 'Asia/Tokyo' };
  const server = await startServer({ ...environment, ...zones });
  const body = openAi(await projectOf(server), 'stored just now');
  const begun = Date.now();
  const created = await send(server, 'POST /v1/connections', { body });
  type Created = { id: string; created_at: string; updated_at: string };
  const { id, created_at, updated_at } = dataOf<Created>(created);
  const query =
    'query ($id: ID!) { connection(id: $id) { createdAt } auditEvents(connectionId: $id) { nodes { at } } }';
  const { connection, auditEvents } = dataOf<Times>(await sendOperation(server, query, { id }));
  const [event] = auditEvents.nodes;
  for (const time of [created_at, updated_at, connection.createdAt, event?.at ?? '']) {
    expect(Date.parse(time)).toBeGreaterThan(begun - 2_000);
    expect(Date.parse(time)).toBeLessThan(Date.now() + 2_000);
  }
  expect(created_at).toMatch(/Z$/);
  await server.end();

  if (DATABASE_URL === undefined) return;
  const [row] = await administer(
    DATABASE_URL,
    `SELECT extract(epoch FROM created_at)::float8 * 1000 AS stored FROM connection`,
  );
  expect(Math.abs(Number(row?.stored) - begun)).toBeLessThan(10_000);
}, 60_000);
