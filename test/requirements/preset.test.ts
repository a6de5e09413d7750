import { beforeAll, expect, test } from 'vitest';
import { listShippedTypes } from '../../src/core/catalog/catalog.ts';
import { addressFields } from '../../src/features/requirements/address-fields.ts';
import { askedFields } from '../../src/features/requirements/asked-fields.ts';
import { appMutations } from '../helpers/app-mutations.ts';
import { seedApp } from '../helpers/apps.ts';
import { canary } from '../helpers/canary.ts';
import { anyOAuth, openAi, postgreSql } from '../helpers/connections.ts';
import { begin, call, openEndUser, submit, tryToBegin } from '../helpers/end-users.ts';
import { resolve } from '../helpers/resolve.ts';
import { useServer } from '../helpers/server.ts';

/* The test client searches every response for canaries, and all secrets here are canaries. */

const server = useServer();
let mutations: ReturnType<typeof appMutations>;
let appId: string;
beforeAll(async () => {
  mutations = appMutations(server);
  appId = (await seedApp(server.deps.db, server.home.projectId)).id;
});

let count = 0;
async function create(spec: object) {
  count += 1;
  const given = { appId, name: `preset-${count}`, kind: 'CONNECTION', title: 'Account' };
  return (await mutations.createRequirement({ ...given, spec })).result;
}
const update = async (id: string, spec: object) =>
  (await mutations.updateRequirement({ id, spec })).result;
const sealedOf = (requirementId: string) =>
  server.deps.db.requirementSecret.findUnique({ where: { requirementId } });

async function resolved(requirementId: string, userId: string) {
  const [item] = await resolve(server, { appId, userId, references: [{ requirementId }] });
  return item;
}

const endpoints = {
  authorization_url: 'https://login.example.com/authorize',
  token_url: 'https://login.example.com/token',
};

test('a preset fills in what the user does not enter, and its secrets are only named', async () => {
  const password = canary();
  const preset = { host: 'db.example.com', user: 'reader', password };
  const made = await create({ type: postgreSql, preset, hidden: ['port'] });
  const { password: _, ...values } = preset;
  expect(made.spec).toEqual({
    type: postgreSql,
    preset: values,
    hidden: ['port'],
    secret_fields: ['password'],
  });
  const user = await openEndUser(server, appId);
  expect(await submit(user, made.id, { database: 'shop' }, postgreSql)).toMatchObject({
    status: 201,
  });
  expect(await resolved(made.id, user.viewer.userId)).toMatchObject({
    config: { ...preset, database: 'shop', port: 5432 },
  });
});

test('an end user sees the names of fixed fields and none of their values', async () => {
  const preset = { host: 'db.internal.example', password: canary() };
  const { id } = await create({ type: postgreSql, preset, hidden: ['port'] });
  const user = await openEndUser(server, appId);
  const { text, json } = await call<{ data: { id: string; spec: { data: object } }[] }>(
    user,
    'GET',
    '',
  );
  expect(json.data.find((one) => one.id === id)?.spec.data).toEqual({
    type: postgreSql,
    hidden: ['host', 'password', 'port'],
  });
  expect(text).not.toContain('db.internal.example');
  const document = '{ endUser { requirements { id spec } } }';
  const { text: graphql } = await server.graphql(document, {}, user.token);
  expect(graphql).toContain('"hidden":["host","password","port"]');
  expect(graphql).not.toContain('db.internal.example');
});

test.each([
  ['a preset field', { host: 'evil.example', database: 'd', user: 'u' }, 'host'],
  ['a preset secret', { password: 'p', database: 'd', user: 'u' }, 'password'],
  ['a hidden field', { port: '1', database: 'd', user: 'u' }, 'port'],
])('refuses a submit that sends %s', async (_, config, name) => {
  const preset = { host: 'db.example.com', password: canary() };
  const { id } = await create({ type: postgreSql, preset, hidden: ['port'] });
  const sent = await submit(await openEndUser(server, appId), id, config, postgreSql);
  expect([sent.status, sent.details]).toEqual([
    400,
    { [`config.${name}`]: 'cannot be chosen: the app or the operator decides it' },
  ]);
});

test('a preset secret never goes to an address that an end user chooses', async () => {
  const { id } = await create({ type: openAi, preset: { api_key: canary() } });
  const config = { url: 'https://evil.example/v1' };
  const sent = await submit(await openEndUser(server, appId), id, config);
  expect([sent.status, Object.keys(sent.details ?? {})]).toEqual([400, ['config.url']]);
  const address =
    'must be preset too: a preset secret never goes to an address that an end user chooses';
  const { fields } = await create({ type: postgreSql, preset: { password: canary() } });
  expect(fields).toEqual([{ path: 'spec.preset.host', message: address }]);
});

test.each(listShippedTypes().filter(({ oauth2 }) => oauth2 === undefined))(
  'beside a preset secret of $type no address is asked for',
  (type) => {
    const fixed = { preset: {}, hidden: [], secretFields: ['api_key'] };
    const asked = askedFields(type, fixed).map(({ name }) => name);
    const addresses = [...addressFields(type)];
    expect(asked.filter((name) => addresses.includes(name))).toEqual([]);
    expect(asked.filter((name) => /url|uri|host|endpoint|domain|port$/.test(name))).toEqual([]);
  },
);

test('refuses a submit that sends a field of the operator', async () => {
  const type = 'dynamiq.connections.AWS';
  const { id } = await create({ type });
  const config = { profile: 'admin', region: 'eu-west-1' };
  const sent = await submit(await openEndUser(server, appId), id, config, type);
  expect([sent.status, Object.keys(sent.details ?? {})]).toEqual([400, ['config.profile']]);
});

test('the generic OAuth type can be required once its client and endpoints are preset', async () => {
  const secret = canary();
  const preset = { ...endpoints, client_id: 'shop', client_secret: secret };
  const { id, spec } = await create({ type: anyOAuth, scopes: ['mail.read'], preset });
  expect(spec).toMatchObject({ secret_fields: ['client_secret'] });
  const url = new URL(await begin(await openEndUser(server, appId), id));
  expect(url.origin + url.pathname).toBe(endpoints.authorization_url);
  expect(url.searchParams.get('client_id')).toBe('shop');
  expect(url.searchParams.get('scope')).toBe('mail.read');
});

const privateAddress = 'http://169.254.169.254/token';

test.each([
  [{ type: anyOAuth }, 'spec.type', 'requires more than a consent'],
  [{ type: anyOAuth, preset: endpoints }, 'spec.preset.client_id', 'cannot be blank'],
  [{ type: openAi, preset: { key: 'x' } }, 'spec.preset.key', 'is not a known field'],
  [{ type: openAi, preset: { 'a\u0000': 'x' } }, 'spec.preset', 'U+0000'],
  [{ type: openAi, preset: { api_key: 'a\u0000' } }, 'spec.preset.api_key', 'U+0000'],
  [
    { type: openAi, preset: JSON.parse('{"__proto__": "x"}') },
    'spec.preset.__proto__',
    'is not a known field',
  ],
  [{ type: openAi, preset: 'x' }, 'spec.preset', 'must be an object'],
  [{ type: postgreSql, preset: { port: 70_000 } }, 'spec.preset.port', 'must be an integer'],
  [{ type: postgreSql, preset: { host: 5 } }, 'spec.preset.host', 'must be text'],
  [{ type: openAi, hidden: ['nothing'] }, 'spec.hidden.0', 'is not a field of the type'],
  [{ type: openAi, hidden: ['api_key'] }, 'spec.hidden.0', 'is required by the type'],
  [{ type: openAi, hidden: 'api_key' }, 'spec.hidden', 'must be a list'],
  [
    { type: anyOAuth, preset: { ...endpoints, client_id: 'a', scopes: ['b'] } },
    'spec.preset.scopes',
    'use scopes beside type',
  ],
  [
    { type: anyOAuth, preset: { ...endpoints, token_url: privateAddress, client_id: 'a' } },
    'spec.preset.token_url',
    '',
  ],
  [{ type: 'dynamiq.connections.MCPStdio' }, 'spec.type', 'preset command'],
])('refuses the spec %j', async (spec, path, message) => {
  const { fields } = await create(spec);
  expect(fields).toEqual([{ path, message: expect.stringContaining(message) }]);
});

test('a type whose required field is the operator’s can be required once it is preset', async () => {
  const type = 'dynamiq.connections.MCPStdio';
  const { id } = await create({ type, preset: { command: 'npx' } });
  const user = await openEndUser(server, appId);
  expect(await submit(user, id, {}, type)).toMatchObject({ status: 201 });
  expect(await resolved(id, user.viewer.userId)).toMatchObject({ config: { command: 'npx' } });
});

test('a secret stays when a change writes back what was read', async () => {
  const api_key = canary();
  const { id, spec } = await create({ type: openAi, preset: { api_key } });
  const before = await sealedOf(id);
  expect(await update(id, { ...spec, hidden: ['url'] })).toMatchObject({
    spec: { type: openAi, hidden: ['url'], secret_fields: ['api_key'] },
  });
  expect(await sealedOf(id)).toEqual(before);
  const user = await openEndUser(server, appId);
  await submit(user, id, {});
  expect(await resolved(id, user.viewer.userId)).toMatchObject({ config: { api_key } });
});

test('refuses a change that sends a stored secret to another address', async () => {
  const preset = { ...endpoints, client_id: 'shop', client_secret: canary() };
  const { id } = await create({ type: anyOAuth, preset });
  const before = await sealedOf(id);
  const moved = { ...endpoints, token_url: 'https://evil.example/token', client_id: 'shop' };
  expect((await update(id, { type: anyOAuth, preset: moved })).fields).toEqual([
    {
      path: 'spec.preset.client_secret',
      message: 'must be given again when another preset value changes; null removes it',
    },
  ]);
  expect(await sealedOf(id)).toEqual(before);
  const again = { ...moved, client_secret: canary() };
  expect(await update(id, { type: anyOAuth, preset: again })).toMatchObject({
    spec: { preset: moved, secret_fields: ['client_secret'] },
  });
  expect(await sealedOf(id)).not.toEqual(before);
});

test('null removes a secret, and another type or no preset removes all', async () => {
  const preset = { host: 'db.example.com', password: canary() };
  const { id } = await create({ type: postgreSql, preset });
  const without = { host: 'db.example.com', password: null };
  expect((await update(id, { type: postgreSql, preset: without })).spec).toEqual({
    type: postgreSql,
    preset: { host: 'db.example.com' },
  });
  expect(await sealedOf(id)).toBeNull();
  await update(id, { type: postgreSql, preset });
  expect(await sealedOf(id)).not.toBeNull();
  expect((await update(id, { type: openAi })).spec).toEqual({ type: openAi });
  expect(await sealedOf(id)).toBeNull();
  await update(id, { type: postgreSql, preset });
  expect((await update(id, { type: postgreSql, preset: null })).spec).toEqual({ type: postgreSql });
  expect(await sealedOf(id)).toBeNull();
});

test('a new secret replaces one and keeps the others', async () => {
  const type = 'dynamiq.connections.AWS';
  const one = canary();
  const { id } = await create({ type, preset: { secret_access_key: one } });
  const two = canary();
  const changed = await update(id, { type, preset: { session_token: two } });
  expect(changed.spec).toEqual({ type, secret_fields: ['secret_access_key', 'session_token'] });
});

test('the secrets of a requirement end with it', async () => {
  const { id } = await create({ type: openAi, preset: { api_key: canary() } });
  await mutations.deleteRequirement({ id });
  expect(await sealedOf(id)).toBeNull();
});

test('a consent of a changed requirement uses the new client', async () => {
  const preset = { ...endpoints, client_id: 'old', client_secret: canary() };
  const { id } = await create({ type: anyOAuth, preset });
  const user = await openEndUser(server, appId);
  await begin(user, id);
  await update(id, {
    type: anyOAuth,
    preset: { ...endpoints, client_id: 'new', client_secret: null },
  });
  const { url = '' } = await tryToBegin(user, id);
  expect(new URL(url).searchParams.get('client_id')).toBe('new');
});
