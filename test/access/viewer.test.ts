import { expect, test } from 'vitest';
import { useServer } from '../helpers/server.ts';

const server = useServer();

const ask = (key: string | null) =>
  server.graphql(
    '{ viewer { kind role organization { id name } project { id name } userId } }',
    {},
    key,
  );

test('viewer of a key returns its role, its organization and its project', async () => {
  const { projectId, organizationId } = server.home;
  const organization = { id: organizationId, name: 'default' };
  expect((await ask(server.adminKey)).data).toEqual({
    viewer: { kind: 'ACCESS_KEY', role: 'ADMIN', organization, project: null, userId: null },
  });
  const key = await server.createKey({ role: 'runtime', projectId });
  expect((await ask(key)).data).toMatchObject({
    viewer: { role: 'RUNTIME', organization, project: { id: projectId, name: 'default' } },
  });
});

test('viewer without a credential is anonymous', async () => {
  expect((await ask(null)).data).toEqual({
    viewer: { kind: 'ANONYMOUS', role: null, organization: null, project: null, userId: null },
  });
});
