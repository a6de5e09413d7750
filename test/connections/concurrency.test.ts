import { describe, expect, test } from 'vitest';
import { canary } from '../helpers/canary.ts';
import {
  createConnection,
  fetchConfig,
  newConnection,
  openAi,
  postgreSql,
  uniqueName,
} from '../helpers/connections.ts';
import { seedProject } from '../helpers/seed.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();

const times = <Result>(count: number, make: (index: number) => Promise<Result>) =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)));

const statuses = (answers: { status: number }[]) => answers.map(({ status }) => status).sort();

describe('names', () => {
  test('allow one of 20 concurrent connections with the same name', async () => {
    const name = uniqueName();
    const answers = await times(20, () =>
      server.rest('POST', '/v1/connections', { body: newConnection(server, { name }) }),
    );
    expect(statuses(answers)).toEqual([201, ...new Array(19).fill(409)]);
    expect(await server.deps.db.connection.count({ where: { name } })).toBe(1);
  });

  test('allow one of 10 concurrent renames to the same name', async () => {
    const created = await times(10, () => createConnection(server));
    const name = uniqueName();
    const body = { type: openAi, config: {}, name };
    const answers = await times(10, (index) =>
      server.rest('PUT', `/v1/connections/${created[index]?.id}`, { body }),
    );
    expect(statuses(answers)).toEqual([200, ...new Array(9).fill(409)]);
  });

  test('allow one of 10 concurrent projects with the same name', async () => {
    const name = uniqueName('project');
    const answers = await times(10, () =>
      server.graphql<{ createProject: { __typename: string } }>(
        'mutation($name: String!) { createProject(input: {name: $name}) { __typename } }',
        { name },
      ),
    );
    const types = answers.map(({ data }) => data.createProject.__typename).sort();
    expect(types).toEqual([...new Array(9).fill('ConflictError'), 'Project']);
  });
});

describe('the version', () => {
  test('accepts one of 10 concurrent updates of the same version', async () => {
    const config = (index: number) => ({
      host: `host-${index}`,
      database: 'd',
      user: 'u',
      password: canary(`password-${index}-`),
    });
    const configs = Array.from({ length: 10 }, (_, index) => config(index));
    const { id } = await createConnection(server, { type: postgreSql, config: config(99) });
    const answers = await times(10, (index) =>
      server.rest('PUT', `/v1/connections/${id}`, {
        body: { type: postgreSql, config: configs[index], version: 1 },
      }),
    );
    expect(statuses(answers)).toEqual([200, ...new Array(9).fill(409)]);
    const winner = answers.findIndex(({ status }) => status === 200);
    const { json } = await fetchConfig(server, id);
    expect(json.data.config).toEqual({ ...configs[winner], port: 5432 });
  });

  test('makes read, change and write-back a counter that loses no step', async () => {
    const { id } = await createConnection(server);
    const addOne = async () => {
      for (;;) {
        const { json } = await server.rest<{ data: { version: number; config: { url: string } } }>(
          'GET',
          `/v1/connections/${id}`,
        );
        const count = Number(new URL(json.data.config.url).pathname.slice(1)) || 0;
        const config = { url: `https://count.example/${count + 1}` };
        const body = { type: openAi, config, version: json.data.version };
        const { status } = await server.rest('PUT', `/v1/connections/${id}`, { body });
        if (status === 200) return;
        expect(status).toBe(409);
      }
    };
    await times(8, addOne);
    const { json } = await fetchConfig(server, id);
    expect(json.data.config).toMatchObject({ url: 'https://count.example/8' });
  });

  test('grows by one with each update that names no version', async () => {
    const { id } = await createConnection(server);
    const answers = await times(10, (index) =>
      server.rest('PUT', `/v1/connections/${id}`, {
        body: { type: openAi, config: { url: `https://${index}.example` } },
      }),
    );
    const done = answers.filter(({ status }) => status === 200).length;
    expect(statuses(answers).every((status) => [200, 409].includes(status))).toBe(true);
    expect(done).toBeGreaterThan(0);
    const row = await server.deps.db.connection.findUniqueOrThrow({ where: { id } });
    expect(row.version).toBe(1 + done);
    const where = { connectionId: id, action: 'connection.update' };
    expect(await server.deps.db.auditEvent.count({ where })).toBe(done);
  });

  test('an update that races a deletion happens before it or finds nothing', async () => {
    const { id } = await createConnection(server);
    const body = { type: openAi, config: { api_key: canary() } };
    const [put, deleted] = await Promise.all([
      server.rest('PUT', `/v1/connections/${id}`, { body }),
      server.rest('DELETE', `/v1/connections/${id}`),
    ]);
    expect([200, 404, 409]).toContain(put.status);
    expect(deleted.status).toBe(200);
  });
});

describe('data keys', () => {
  test('are created once by 20 concurrent first writes of a project', async () => {
    const project_id = await seedProject(server.deps.db, server.home.organizationId);
    const created = await times(20, () => createConnection(server, { project_id }));
    expect(await server.deps.db.dataKey.count({ where: { projectId: project_id } })).toBe(1);
    const fetched = await times(20, (index) => fetchConfig(server, created[index]?.id ?? ''));
    expect(statuses(fetched)).toEqual(new Array(20).fill(200));
  });

  test('that are being retired are waited for, and not used afterwards', async () => {
    const { db } = server.deps;
    const project_id = await seedProject(db, server.home.organizationId);
    const { id } = await createConnection(server, { project_id });
    const config = { api_key: canary() };
    const writing = await db.$transaction(async (tx) => {
      await tx.dataKey.updateMany({
        where: { projectId: project_id },
        data: { status: 'retired' },
      });
      const begun = [
        createConnection(server, { project_id, config }).then((made) => made.id),
        server.rest('PUT', `/v1/connections/${id}`, { body: { type: openAi, config } }),
      ] as const;
      await tx.$queryRaw`SELECT pg_sleep(0.3)::text`; // the writes reach the key in this time
      return begun;
    });
    const [made, { status }] = await Promise.all(writing);
    expect(status).toBe(200);
    for (const written of [made, id]) {
      expect((await fetchConfig(server, written)).json.data.config).toMatchObject(config);
    }
    const keys = await db.connectionSecret.findMany({
      where: { connectionId: { in: [made, id] } },
      select: { configDataKey: { select: { status: true } } },
    });
    expect(keys.map(({ configDataKey }) => configDataKey.status)).toEqual(['active', 'active']);
  });

  test('that are retired during writes get successors, and no write is lost', async () => {
    const project_id = await seedProject(server.deps.db, server.home.organizationId);
    const config = () => ({ api_key: canary() });
    const creating = times(30, async () => {
      const given = config();
      const { id } = await createConnection(server, { project_id, config: given });
      return { id, given };
    });
    const retire = () =>
      server.deps.sql(
        'retire',
        `UPDATE data_key SET status = 'retired' WHERE project_id = $1::uuid AND status = 'active'`,
        [project_id],
      );
    for (let round = 0; round < 4; round += 1) {
      await retire();
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    for (const { id, given } of await creating) {
      const { json } = await fetchConfig(server, id);
      expect(json.data.config).toMatchObject(given);
    }
    await createConnection(server, { project_id });
    const active = { where: { projectId: project_id, status: 'active' as const } };
    expect(await server.deps.db.dataKey.count(active)).toBe(1);
  });
});
