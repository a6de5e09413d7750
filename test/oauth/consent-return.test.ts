import { beforeAll, expect, test } from 'vitest';
import type { Failure } from '../helpers/connections.ts';
import { statusOf } from '../helpers/grants.ts';
import { authorize, consent, open, prepare, useWorld, visit } from '../helpers/world.ts';

const listed = 'https://app.example/done?from=patchbay';

const world = useWorld('google');
beforeAll(async () => {
  const { deps, home } = world.server;
  await deps.db.project.update({ where: { id: home.projectId }, data: { redirectUrls: [listed] } });
});

const returning = { body: { redirect_url: listed } };

test('the browser returns to the project’s address with the result of the consent', async () => {
  const id = await prepare(world);
  const { status, headers, text } = await consent(world, id, returning);
  expect(status).toBe(303);
  expect(headers.location).toBe(`${listed}&status=success`);
  expect(headers['referrer-policy']).toBe('no-referrer');
  expect(text).toBe('');
  expect(await statusOf(world, id)).toBe('active');
});

test.each([
  ['denied', { consent: 'deny' }, 'access_denied'],
  ['failed for a moment', { failure: { kind: 'html' } }, 'temporarily_unavailable'],
  ['refused', { failure: { kind: 'error', error: 'invalid_grant' } }, 'invalid_grant'],
  ['of another issuer', { iss: 'https://other.example' }, 'invalid_request'],
] as const)(
  'the browser returns with an error when the consent was %s',
  async (_, switches, error) => {
    world.provider.set(switches);
    const { status, headers } = await consent(world, await prepare(world), returning);
    expect(status).toBe(303);
    expect(headers.location).toBe(`${listed}&status=error&error=${error}`);
  },
);

test('the provider’s words are not part of the address that the browser returns to', async () => {
  const back = await visit(world, await authorize(world, await prepare(world), returning));
  const hostile = back.replace(/code=[^&]*/, `error=${encodeURIComponent('x&status=success#')}`);
  const { headers } = await open(world, hostile);
  expect(headers.location).toBe(`${listed}&status=error&error=server_error`);
});

test('a used state redirects nowhere, with or without a redirect_url', async () => {
  const back = await visit(world, await authorize(world, await prepare(world), returning));
  expect((await open(world, back)).status).toBe(303);
  const { status, headers } = await open(world, back);
  expect([status, headers.location]).toEqual([400, undefined]);
});

test('a blank redirect_url counts as absent', async () => {
  const id = await prepare(world);
  const path = `/v1/connections/${id}/oauth2/authorize`;
  const body = { redirect_url: ' ' };
  expect((await world.server.rest('POST', path, { body })).status).toBe(200);
});

test.each([
  'https://app.example/done',
  'https://app.example/done?from=patchbay&more=1',
  'https://app.example/Done?from=patchbay',
  'https://app.example/done/?from=patchbay',
  'https://app.example.evil.example/done?from=patchbay',
  'https://user@app.example/done?from=patchbay',
  'https://app.example:8443/done?from=patchbay',
  'http://app.example/done?from=patchbay',
  'https://app.example/done?from=patchbay#',
  'javascript:alert(1)',
])(
  'a redirect_url that the project does not list is refused before the consent begins: %s',
  async (redirect_url) => {
    const id = await prepare(world);
    const path = `/v1/connections/${id}/oauth2/authorize`;
    const { status, json } = await world.server.rest<Failure>('POST', path, {
      body: { redirect_url },
    });
    expect(status).toBe(400);
    expect(Object.keys(json.error.details ?? {})).toEqual(['redirect_url']);
    const where = { connectionId: id };
    expect(await world.server.deps.db.authorizationAttempt.count({ where })).toBe(0);
  },
);

test('a redirect_url of another project of the same organization is refused', async () => {
  const { deps, home } = world.server;
  const redirectUrls = ['https://other.example/done'];
  const row = { id: crypto.randomUUID(), name: 'other', organizationId: home.organizationId };
  await deps.db.project.create({ data: { ...row, redirectUrls } });
  const options = { body: { redirect_url: redirectUrls[0] } };
  await expect(authorize(world, await prepare(world), options)).rejects.toThrow(/400/);
});

test('GraphQL names the field of a refused redirect URL', async () => {
  const document = `mutation($id: ID!) { authorizeConnection(input: { id: $id,
    redirectUrl: "https://evil.example/" }) { ... on InvalidInputError { fields { path message } } } }`;
  const { data } = await world.server.graphql(document, { id: await prepare(world) });
  const message = expect.stringContaining("one of the project's redirect URLs");
  const fields = [{ path: expect.stringMatching(/redirectUrl$/), message }];
  expect(data).toEqual({ authorizeConnection: { fields } });
});
