import { expect, test } from 'vitest';
import { eventsOf, grantOf, refusalOf, statusOf, tokenOf } from '../helpers/grants.ts';
import { authorize, connect, consent, open, prepare, useWorld, visit } from '../helpers/world.ts';

const world = useWorld('google');

test('a connection is incomplete until a person consents, and then returns its token', async () => {
  const id = await prepare(world);
  expect(await statusOf(world, id)).toBe('incomplete');
  expect(await refusalOf(world, id)).toMatchObject({
    status: 409,
    message: expect.stringContaining('nobody has given consent'),
  });
  const page = await consent(world, id);
  expect(page).toMatchObject({ status: 200, text: expect.stringContaining('Connected') });
  expect(await statusOf(world, id)).toBe('active');
  const { access_token, ...rest } = await tokenOf(world, id);
  expect(world.provider.findAccount(access_token)).toBe('A');
  expect(Object.keys(rest)).toEqual(['token_type', 'scopes', 'expires_at']);
  expect(Date.parse(rest.expires_at) - Date.now()).toBeGreaterThan(3_500_000);
  expect(await eventsOf(world, id)).toEqual([
    'connection.create',
    'credentials.fetch.refused',
    'connection.authorize',
    'connection.callback',
    'credentials.fetch',
  ]);
});

test('GraphQL begins the same consent and returns when its address expires', async () => {
  const id = await prepare(world);
  const document = `mutation($id: ID!) { authorizeConnection(input: { id: $id }) {
    ... on Authorization { url expiresAt } } }`;
  type Begun = { authorizeConnection: { url: string; expiresAt: string } };
  const { data } = await world.server.graphql<Begun>(document, { id });
  const { url, expiresAt } = data.authorizeConnection;
  expect(Math.abs(Date.parse(expiresAt) - Date.now() - 600_000)).toBeLessThan(5_000);
  expect((await open(world, await visit(world, url))).status).toBe(200);
  const fetching = `mutation($id: ID!) { fetchCredentials(input: { id: $id }) {
    ... on Credentials { config expiresAt } } }`;
  type Fetched = { fetchCredentials: { config: { access_token: string }; expiresAt: string } };
  const fetched = await world.server.graphql<Fetched>(fetching, { id });
  const { config } = fetched.data.fetchCredentials;
  expect(world.provider.findAccount(config.access_token)).toBe('A');
});

test('every consent sends its own state and a PKCE S256 challenge, and proves both', async () => {
  const id = await prepare(world);
  const [one, other] = [await authorize(world, id), await authorize(world, id)];
  const [a, b] = [new URL(one).searchParams, new URL(other).searchParams];
  expect(a.get('code_challenge_method')).toBe('S256');
  expect(a.get('code_challenge')).toMatch(/^[\w-]{43}$/);
  expect(a.get('state')).toMatch(/^[\w-]{43}$/);
  expect(b.get('state')).not.toBe(a.get('state'));
  expect(b.get('code_challenge')).not.toBe(a.get('code_challenge'));
});

test('the state and the verifier are not stored in plain text', async () => {
  const id = await prepare(world);
  world.provider.set({ recordValues: ['code_verifier'] });
  const url = await authorize(world, id);
  await open(world, await visit(world, url));
  const verifier = world.provider.calls.at(-1)?.values.code_verifier ?? '';
  expect(verifier).toMatch(/^[\w-]{43}$/);
  const state = new URL(url).searchParams.get('state') ?? '';
  const rows = await world.server.database.sql<{ row: string }>(
    'test-attempts',
    `SELECT a::text || encode(a.verifier, 'escape') AS row FROM authorization_attempt a`,
    [],
  );
  const stored = rows.map(({ row }) => row).join();
  for (const secret of [state, verifier]) {
    expect(stored).not.toContain(secret);
    expect(stored).not.toContain(Buffer.from(secret).toString('hex'));
  }
});

test('a new consent revives an expired connection, which keeps its id', async () => {
  const id = await connect(world);
  world.provider.set({ failure: { kind: 'error', error: 'invalid_grant', on: 'refresh_token' } });
  await world.server.database.sql(
    'test-end',
    `UPDATE oauth_grant SET access_token_expires_at = now() WHERE connection_id = $1::uuid`,
    [id],
  );
  expect((await refusalOf(world, id)).status).toBe(409);
  expect(await statusOf(world, id)).toBe('expired');
  world.provider.set({ failure: null });
  expect((await consent(world, id)).status).toBe(200);
  expect(await statusOf(world, id)).toBe('active');
  expect(world.provider.findAccount((await tokenOf(world, id)).access_token)).toBe('A');
  expect(await grantOf(world, id)).toMatchObject({ tokenVersion: 2, lastRefreshError: null });
});

test('a new consent of an active connection replaces its tokens', async () => {
  const id = await connect(world);
  const before = await tokenOf(world, id);
  expect((await consent(world, id)).status).toBe(200);
  expect((await tokenOf(world, id)).access_token).not.toBe(before.access_token);
});
