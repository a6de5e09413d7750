import { beforeAll, describe, expect, it } from 'vitest';
import { cloneDatabase } from '../../helpers/database.ts';
import {
  type Environment,
  makeEnvironment,
  type ServerProcess,
  startServer,
} from '../../helpers/process.ts';
import { administer } from '../../setup/postgresql.ts';
import { dataOf, fetchApiKey, send, sendOperation, storeOpenAi } from '../requests.ts';

describe('two processes that start at once on an empty database', () => {
  let environment: Environment;
  let first: ServerProcess;
  let second: ServerProcess;
  let projectId: string;

  beforeAll(async () => {
    const DATABASE_URL = await cloneDatabase('template0');
    environment = { ...(await makeEnvironment()), DATABASE_URL };
    [first, second] = await Promise.all([startServer(environment), startServer(environment)]);
    const [row] = await query('SELECT id FROM project');
    projectId = String(row?.id);
  }, 90_000);

  const query = (statement: string) => administer(environment.DATABASE_URL ?? '', statement);

  it('make one organization, one project, one key and one master key', async () => {
    for (const table of ['organization', 'project', 'access_key', 'master_key']) {
      expect([table, await query(`SELECT count(*)::int AS n FROM ${table}`)]).toEqual([
        table,
        [{ n: 1 }],
      ]);
    }
  });

  it('print it once', () => {
    const told = [first, second].filter(({ stderr }) => stderr().includes(projectId));
    expect(told).toHaveLength(1);
  });

  it('both serve, and each reads at once what the other stores', async () => {
    const fromFirst = await storeOpenAi(first, projectId, 'stored on the first', 'secret one');
    expect(await fetchApiKey(second, fromFirst)).toBe('secret one');
    const fromSecond = await storeOpenAi(second, projectId, 'stored on the second', 'secret two');
    expect(await fetchApiKey(first, fromSecond)).toBe('secret two');
    const path = `/v1/connections?project_id=${projectId}`;
    const [one, two] = [await send(first, `GET ${path}`), await send(second, `GET ${path}`)];
    expect(one.text).toContain(fromSecond);
    expect(two.text).toBe(one.text);
  });

  it('give a name to one of two concurrent callers on both', async () => {
    for (let n = 0; n < 10; n++) {
      const outcomes = await Promise.allSettled([
        storeOpenAi(first, projectId, `contested ${n}`, 'one'),
        storeOpenAi(second, projectId, `contested ${n}`, 'two'),
      ]);
      const statuses = outcomes.map(({ status }) => status);
      expect(statuses.toSorted()).toEqual(['fulfilled', 'rejected']);
      const lost = outcomes.find((outcome) => outcome.status === 'rejected');
      expect(String(lost?.reason)).toMatch(/409/);
    }
  });

  it('refuse a key on one process as soon as it is revoked on the other', async () => {
    const made = await sendOperation(
      first,
      'mutation { createAccessKey(input: { name: "short-lived", role: VIEWER }) { ... on CreatedAccessKey { secret accessKey { id } } } }',
    );
    type Made = { createAccessKey: { secret: string; accessKey: { id: string } } };
    const { secret: key, accessKey } = dataOf<Made>(made).createAccessKey;
    const path = `GET /v1/connections?project_id=${projectId}`;
    for (let n = 0; n < 5; n++) expect((await send(second, path, { key })).status).toBe(200);
    const revoke =
      'mutation ($id: ID!) { revokeAccessKey(input: { id: $id }) { __typename ... on AccessKey { id } } }';
    const revoked = await sendOperation(first, revoke, { id: accessKey.id });
    expect(revoked.text).toContain(accessKey.id);
    expect((await send(second, path, { key })).status).toBe(401);
    expect((await send(first, path, { key })).status).toBe(401);
  });
});
