import { expect, test } from 'vitest';
import { type ConnectionJson, createConnection, type Data } from '../helpers/connections.ts';
import { seedProject } from '../helpers/seed.ts';
import { startTestServer } from '../helpers/server.ts';

/* What was opened a moment ago is not opened again: that must not show. */

test('a config that was read before is as unreadable as any other once it may not be opened', async () => {
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
