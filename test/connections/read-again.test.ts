import { expect, test, vi } from 'vitest';
import {
  type ConnectionJson,
  createConnection,
  type Data,
  openAi,
} from '../helpers/connections.ts';
import { seedProject } from '../helpers/seed.ts';
import { startTestServer } from '../helpers/server.ts';

/* A value that was decrypted a moment ago is cached; callers must not notice it. */

test('a config that was read before is unreadable after its project changes or its data key is destroyed', async () => {
  const server = await startTestServer();
  const { db } = server.deps;
  const projectId = await seedProject(db, server.home.organizationId);
  const { id } = await createConnection(server, { project_id: projectId });
  const read = async (project = projectId) => {
    const path = `/v1/connections?project_id=${project}`;
    const { json } = await server.rest<Data<ConnectionJson[]>>('GET', path);
    return json.data.map(({ config }) => config);
  };
  const config = { url: 'https://api.openai.com/v1' };
  expect([await read(), await read()]).toEqual([[config], [config]]);

  const other = await seedProject(db, server.home.organizationId);
  await db.connection.update({ where: { id }, data: { projectId: other } });
  expect(await read(other)).toEqual([null]);
  await db.connection.update({ where: { id }, data: { projectId } });
  expect(await read()).toEqual([config]);

  const { configDataKeyId } = await db.connection.findUniqueOrThrow({ where: { id } });
  await db.dataKey.update({ where: { id: configDataKeyId }, data: { wrapped: null } });
  expect(await read()).toEqual([null]);
  await server.close();
});

test('returns the config of a new connection, and of a changed one, without opening what it just sealed', async () => {
  const server = await startTestServer();
  const opened = vi.spyOn(server.deps.vault, 'open');
  const { id, config } = await createConnection(server);
  expect(config).toEqual({ url: 'https://api.openai.com/v1' });
  expect(opened).not.toHaveBeenCalled();
  const changed = { api_key: 'another', url: 'https://proxy.example/v1' };
  const { json } = await server.rest<Data<ConnectionJson>>('PUT', `/v1/connections/${id}`, {
    body: { type: openAi, config: changed },
  });
  expect(json.data.config).toEqual({ url: changed.url });
  expect(opened).toHaveBeenCalledTimes(1); // the config as it was before
  opened.mockRestore();
  await server.close();
});
