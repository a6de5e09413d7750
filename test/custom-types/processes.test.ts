import { beforeAll, expect, test } from 'vitest';
import { createConnection } from '../helpers/connections.ts';
import { createType, requireType, typeMutations } from '../helpers/custom-types.ts';
import { makeApp, makeRequirement, openEndUser, statusOf, submit } from '../helpers/end-users.ts';
import { useServer } from '../helpers/server.ts';

/* Connection types of one's own with several processes, and with end users. */

const server = useServer();
const beside = useServer({ beside: server });
let types: ReturnType<typeof typeMutations>;
beforeAll(() => {
  types = typeMutations(server);
});

const config = { api_key: 'k' };

test('another process knows a new type, a new version and a deletion with its next request', async () => {
  const definition = await createType(server);
  const { type } = definition;
  const home = { home: server.home };
  const { id } = await createConnection({ ...beside, ...home }, { type, config });
  const fields = [...definition.fields, { name: 'tier', kind: 'string', default: 'free' }];
  await types.update({ type, definition: { ...definition, fields } });
  const next = await createConnection({ ...beside, ...home }, { type, config });
  expect(next.config).toEqual({ tier: 'free' });
  for (const each of [id, next.id]) await server.rest('DELETE', `/v1/connections/${each}`);
  await types.remove(type);
  const { data } = await beside.graphql(
    'query($type: String!) { connectionType(type: $type) { type } }',
    {
      type,
    },
  );
  expect(data).toEqual({ connectionType: null });
});

test('an end user brings a credential of a custom type, which counts as one', async () => {
  const { type } = await createType(server, {}, server.home.projectId);
  const appId = await makeApp(server);
  const { id: customTypeId } = await server.deps.db.customType.findFirstOrThrow({
    where: { name: type },
  });
  const requirementId = await makeRequirement(server, appId, { spec: { type }, customTypeId });
  const ann = await openEndUser(server, appId, 'ann');
  expect((await submit(ann, requirementId, {}, type)).details).toEqual({
    'config.api_key': 'cannot be blank',
  });
  expect((await submit(ann, requirementId, config, type)).status).toBe(201);
  expect(await statusOf(ann, requirementId)).toBe('completed');
  expect(await types.remove(type)).toMatchObject({ details: { connections: 1, requirements: 1 } });
});

test('a requirement cannot ask for a type of another project', async () => {
  const other = await server.deps.db.project.create({
    data: { id: crypto.randomUUID(), organizationId: server.home.organizationId, name: 'afar' },
  });
  const { type } = await createType(server, {}, other.id);
  await expect(requireType(server, server.home.projectId, type)).rejects.toThrow();
});
