import { beforeAll, expect, test } from 'vitest';
import { createConnection, fetchConfig } from '../helpers/connections.ts';
import {
  acme,
  createType,
  type TypeResult,
  typeMutations,
  uniqueType,
} from '../helpers/custom-types.ts';
import { seedProject } from '../helpers/seed.ts';
import { useServer } from '../helpers/server.ts';

/* Creating and reading connection types of one's own. */

const server = useServer();
let types: ReturnType<typeof typeMutations>;
let otherProject: string;
beforeAll(async () => {
  types = typeMutations(server);
  otherProject = await seedProject(server.deps.db, server.home.organizationId, 'other');
});

type Listed = { type: string; label: string };
const list = async (args = '', key?: string) => {
  const { data, text } = await server.graphql<{ connectionTypes: Listed[] }>(
    `{ connectionTypes${args} { type label } }`,
    {},
    key,
  );
  if (data === null) throw new Error(text);
  return data.connectionTypes.map(({ type }) => type).filter((type) => type.startsWith('custom.'));
};
const read = async (type: string, key?: string) =>
  (
    await server.graphql<{ connectionType: TypeResult | null }>(
      'query($type: String!) { connectionType(type: $type) { type version definition } }',
      { type },
      key,
    )
  ).data.connectionType;

test('a type of the organization can be used like a shipped one at once', async () => {
  const definition = acme({
    http: {
      base_url: 'https://api.acme.example/v1',
      inject: [{ in: 'header', name: 'Authorization', value: 'Bearer {api_key}' }],
    },
  });
  expect(await types.create({ definition })).toEqual({
    __typename: 'ConnectionType',
    type: definition.type,
    version: 1,
    origin: 'CUSTOM',
    hosts: ['api.acme.example'],
    definition,
    unconfirmed: [],
  });
  const config = { api_key: 'a key', region: 'eu' };
  const connection = await createConnection(server, { type: definition.type, config });
  expect(connection).toMatchObject({
    status: 'active',
    config: { region: 'eu' },
    secret_fields: ['api_key'],
  });
  expect((await fetchConfig(server, connection.id)).json.data.config).toEqual(config);
  const { status, json } = await server.rest<{ error: { details: object } }>(
    'POST',
    '/v1/connections',
    {
      body: {
        project_id: server.home.projectId,
        name: 'wrong',
        type: definition.type,
        config: { key: 1 },
      },
    },
  );
  expect([status, json.error.details]).toEqual([
    400,
    { 'config.api_key': 'cannot be blank', 'config.key': 'is not a known field' },
  ]);
});

test('the definition is returned as it was written, with the order of its keys', async () => {
  const definition = acme({ label: 'Z', rules: [{ with: { region: ['note'] } }] });
  await types.create({ definition });
  const found = await read(definition.type);
  expect(JSON.stringify(found?.definition)).toBe(JSON.stringify(definition));
});

test('a type of a project is known in that project only', async () => {
  const { projectId } = server.home;
  const definition = await createType(server, {}, projectId);
  const { type } = definition;
  expect(await list()).toContain(type);
  expect(await list(`(projectId: "${projectId}")`)).toContain(type);
  expect(await list(`(projectId: "${otherProject}")`)).not.toContain(type);
  const elsewhere = await server.createKey({ projectId: otherProject, role: 'admin' });
  expect(await list('', elsewhere)).not.toContain(type);
  expect(await read(type, elsewhere)).toBeNull();
  const body = { project_id: otherProject, name: 'x', type, config: { api_key: 'k' } };
  const refused = await server.rest('POST', '/v1/connections', { body });
  expect([refused.status, refused.json]).toMatchObject([
    400,
    { error: { details: { type: 'is not a known connection type' } } },
  ]);
  expect((await createConnection(server, { type, config: { api_key: 'k' } })).type).toBe(type);
});

test('another organization neither sees nor uses a type, and can give one of its own the same name', async () => {
  const { type } = await createType(server);
  const { key, projectId } = server.stranger;
  expect(await read(type, key)).toBeNull();
  expect(await list('', key)).not.toContain(type);
  expect(await types.update({ type, definition: acme({ type }) }, key)).toMatchObject({
    __typename: 'NotFoundError',
  });
  expect(await types.remove(type, key)).toMatchObject({ __typename: 'NotFoundError' });
  const body = { project_id: projectId, name: 'x', type, config: { api_key: 'k' } };
  expect((await server.rest('POST', '/v1/connections', { body, key })).status).toBe(400);
  const own = acme({ type, label: 'Theirs', fields: [{ name: 'token', kind: 'string' }] });
  expect(await types.create({ definition: own }, key)).toMatchObject({ type });
  expect((await read(type, key))?.definition).toEqual(own);
  expect((await read(type))?.definition).not.toEqual(own);
});

test('an unknown project is not found, in the list and for a new type', async () => {
  const { errors } = await server.graphql(
    `{ connectionTypes(projectId: "${crypto.randomUUID()}") { type } }`,
  );
  expect(errors[0]?.extensions.code).toBe('NOT_FOUND');
  const created = await types.create({ definition: acme(), projectId: server.stranger.projectId });
  expect(created).toMatchObject({ __typename: 'NotFoundError' });
});

test('an editor creates types of the project, and only an admin those of the organization', async () => {
  const { projectId } = server.home;
  const keys = {
    runtime: await server.createKey({ role: 'runtime' }),
    editor: await server.createKey({ role: 'editor' }),
    bound: await server.createKey({ role: 'admin', projectId }),
  };
  const make = async (key: string, project?: string) =>
    (await types.create({ definition: acme(), projectId: project }, key)).__typename;
  expect(await make(keys.runtime, projectId)).toBe('ForbiddenError');
  expect(await make(keys.editor, projectId)).toBe('ConnectionType');
  expect(await make(keys.editor)).toBe('ForbiddenError');
  expect(await make(keys.bound, projectId)).toBe('ConnectionType');
  expect(await make(keys.bound)).toBe('ForbiddenError');
  expect(await make(keys.bound, otherProject)).toBe('NotFoundError');
  const organizations = await createType(server);
  for (const key of [keys.editor, keys.bound]) {
    const update = { type: organizations.type, definition: organizations };
    expect(await types.update(update, key)).toMatchObject({ __typename: 'ForbiddenError' });
    expect(await types.remove(organizations.type, key)).toMatchObject({
      __typename: 'ForbiddenError',
    });
  }
  const person = await server.createPerson({
    projectRoles: { [projectId]: 'viewer', [otherProject]: 'admin' },
  });
  const ofProject = await createType(server, {}, projectId);
  expect(await types.remove(ofProject.type, person.token)).toMatchObject({
    __typename: 'ForbiddenError',
  });
});

test('a name is taken once, also for concurrent calls, and also by a type of a project out of reach', async () => {
  const definition = acme();
  const made = await Promise.all([1, 2, 3, 4].map(() => types.create({ definition })));
  expect(made.map(({ __typename }) => __typename).sort()).toEqual([
    'ConflictError',
    'ConflictError',
    'ConflictError',
    'ConnectionType',
  ]);
  const hidden = await createType(server, {}, otherProject);
  const key = await server.createKey({ projectId: server.home.projectId, role: 'editor' });
  const again = { definition: hidden, projectId: server.home.projectId };
  expect(await types.create(again, key)).toMatchObject({ __typename: 'ConflictError' });
});

test('every problem is told at its path', async () => {
  const definition = {
    type: 'dynamiq.connections.OpenAI',
    label: '',
    colour: 'red',
    fields: [
      { name: 'Key', kind: 'string' },
      { name: 'b', kind: 'colour' },
      { name: 'c', kind: 'string', secret: 'yes', shape: 'round' },
      { name: 'd', kind: 'string', pattern: '(a+)+$' },
    ],
    rules: [{ with: { nowhere: ['c'] } }],
    http: { base_url: 'https://{c}/v1' },
  };
  const { __typename, fields = [] } = await types.create({ definition });
  expect(__typename).toBe('InvalidInputError');
  expect(new Set(fields.map(({ path }) => path))).toEqual(
    new Set([
      'definition.type',
      'definition.label',
      'definition.colour',
      'definition.fields.0.name',
      'definition.fields.1.kind',
      'definition.fields.2.secret',
      'definition.fields.2.shape',
      'definition.fields.3.pattern',
      'definition.rules.0',
      'definition.http.base_url',
    ]),
  );
  for (const { message } of fields) expect(message).toMatch(/^[a-zRI]/);
});

test('REST names the paths without the input that only GraphQL has', async () => {
  const body = { type: uniqueType(), label: 'x', fields: [{ name: 'a', kind: 'colour' }] };
  const { status, json } = await server.rest('POST', '/v1/connection-types', { body });
  expect([status, json]).toEqual([
    400,
    {
      error: {
        code: expect.any(String),
        message: expect.any(String),
        details: { 'fields.0.kind': 'is not a known value' },
      },
    },
  ]);
});

test.each<[string, unknown]>([
  [
    'larger than 64 KiB',
    acme({ description: 'x'.repeat(999), rules: Array(8_000).fill({ with: {} }) }),
  ],
  ['nested too deeply', acme({ verify: JSON.parse(`${'['.repeat(31)}${']'.repeat(31)}`) })],
  [
    'with a key of the prototype',
    JSON.parse(`{"type": "custom.P", "label": "x", "__proto__": {"fields": []}}`),
  ],
  [
    'with the constructor as a field',
    acme({ fields: [{ name: 'constructor', kind: 'string', constructor: 1 }] }),
  ],
  ['with a NUL', acme({ label: 'a\u0000b' })],
  ['with a lone surrogate', acme({ label: '\ud800' })],
  ['without fields', acme({ fields: [] })],
  [
    'with too many fields',
    acme({ fields: Array.from({ length: 101 }, (_, n) => ({ name: `f${n}`, kind: 'string' })) }),
  ],
])('a definition %s is refused', async (_what, definition) => {
  const before = await server.deps.db.customType.count();
  const result = await types.create({ definition }).catch((error: Error) => error.message);
  const refusal = typeof result === 'string' ? result : result.__typename;
  expect(refusal).toMatch(/InvalidInputError|BAD_USER_INPUT/);
  expect(await server.deps.db.customType.count()).toBe(before);
});

test('a megabyte is refused in less than a second', async () => {
  const definition = acme({ label: 'x'.repeat(1_000_000) });
  const startedAt = performance.now();
  expect(await types.create({ definition })).toMatchObject({
    fields: [{ path: 'definition', message: 'cannot be larger than 64 KiB' }],
  });
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});

test.each(['(a+)+$', '(a|aa)+$', '(a|a)*b', '(.*)*x', '(?=a)b', '(a)\\1', '[', '(?<!a)b'])(
  'the pattern %s is refused',
  async (pattern) => {
    const fields = [{ name: 'key', kind: 'string', pattern }];
    expect(await types.create({ definition: acme({ fields }) })).toMatchObject({
      fields: [{ path: 'definition.fields.0.pattern' }],
    });
  },
);

test.each([
  'https://{host}',
  'https://{host}/v1',
  'https://api.{host}/v1',
  'https://{host}.com/v1',
  'https://{host}.co.uk/v1',
  'https://api.acme.example{host}/v1',
  'https://{host}@acme.example/v1',
  'https://acme.example:{host}/v1',
  '{host}.acme.example',
  'https://acme.example\\@{host}/',
  '//{host}/v1',
])('a template in which a value changes the host is refused: %s', async (url) => {
  const fields = [{ name: 'host', kind: 'string', required: true }];
  const { __typename, fields: told = [] } = await types.create({
    definition: acme({ fields, http: { base_url: url } }),
  });
  expect(__typename).toBe('InvalidInputError');
  expect(told.some(({ path }) => path === 'definition.http.base_url')).toBe(true);
});

test.each<[string, object]>([
  [
    'oauth2.token_url',
    { oauth2: { authorization_url: 'https://a.example/a', token_url: 'https://127.0.0.1/t' } },
  ],
  [
    'oauth2.token_url',
    { oauth2: { authorization_url: 'https://a.example/a', token_url: 'http://a.example/t' } },
  ],
  ['oauth2.issuer', { oauth2: { issuer: 'https://10.0.0.1' } }],
  ['http.base_url', { http: { base_url: 'https://169.254.169.254/latest' } }],
  ['http.base_url', { http: { base_url: 'https://{region}.internal/v1' } }],
  ['http.hosts.1', { http: { base_url: 'https://a.example', hosts: ['a.example', 'localhost'] } }],
])('an address of a private network is refused at %s', async (path, facts) => {
  const fields = [
    { name: 'client_id', kind: 'string', required: true },
    { name: 'client_secret', kind: 'string', required: true, secret: true },
    { name: 'region', kind: 'string' },
  ];
  const { fields: told = [] } = await types.create({ definition: acme({ fields, ...facts }) });
  expect(told.map((one) => one.path)).toEqual([`definition.${path}`]);
});

test('an organization has 500 custom types at most, also for concurrent calls', async () => {
  const { db } = server.deps;
  const { organizationId, key } = server.stranger;
  const count = await db.customType.count({ where: { organizationId } });
  const rows = Array.from({ length: 499 - count }, () => {
    const definition = acme();
    return {
      id: crypto.randomUUID(),
      organizationId,
      name: definition.type,
      definition: definition as object,
    };
  });
  await db.customType.createMany({ data: rows });
  const made = await Promise.all([1, 2, 3].map(() => types.create({ definition: acme() }, key)));
  expect(made.map(({ __typename }) => __typename).sort()).toEqual([
    'ConflictError',
    'ConflictError',
    'ConnectionType',
  ]);
  expect(await db.customType.count({ where: { organizationId } })).toBe(500);
  expect((await list('', key)).length).toBe(500);
});

test('shipped types cannot be changed', async () => {
  const type = 'dynamiq.connections.OpenAI';
  expect(await types.remove(type)).toMatchObject({ __typename: 'ForbiddenError' });
  expect(await types.update({ type, definition: acme() })).toMatchObject({
    __typename: 'ForbiddenError',
  });
});

test('every write records an event', async () => {
  const definition = await createType(server, {}, server.home.projectId);
  await types.update({ type: definition.type, definition });
  await types.update({ type: definition.type, definition, dryRun: true });
  await types.remove(definition.type);
  const found = await server.deps.db.auditEvent.findMany({
    where: {
      action: { startsWith: 'connection_type.' },
      detail: { path: ['type'], equals: definition.type },
    },
    orderBy: { id: 'asc' },
  });
  expect(found.map(({ action, projectId }) => [action, projectId])).toEqual(
    ['create', 'update', 'delete'].map((what) => [
      `connection_type.${what}`,
      server.home.projectId,
    ]),
  );
  await types.remove(definition.type);
  const refused = { where: { action: 'connection_type.delete.refused' } };
  expect(await server.deps.db.auditEvent.count(refused)).toBeGreaterThan(0);
});

test('every change raises the version of the types of the organization', async () => {
  const where = { id: server.home.organizationId };
  const versionOf = async () =>
    (await server.deps.db.organization.findUniqueOrThrow({ where })).typesVersion;
  const before = await versionOf();
  const definition = await createType(server);
  expect(await versionOf()).toBe(before + 1);
  await types.update({ type: definition.type, definition });
  expect(await versionOf()).toBe(before + 2);
  await types.remove(definition.type);
  expect(await versionOf()).toBe(before + 3);
});
