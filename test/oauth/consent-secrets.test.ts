import { expect, test } from 'vitest';
import { guard, requireNoCanary } from '../helpers/canary.ts';
import { fetchConfig } from '../helpers/connections.ts';
import { leave, refusalOf } from '../helpers/grants.ts';
import { authorize, oauthBody, open, prepare, useWorld, visit } from '../helpers/world.ts';

const world = useWorld('google', { switches: { recordValues: ['code_verifier'] } });

const everything = `query($id: ID!) { connection(id: $id) { id name config secretFields status oauth {
  scopes missingScopes accessTokenExpiresAt refreshable lastRefreshedAt nextRefreshAt
  consecutiveFailures lastRefreshError } } }`;

/** Reads every place that shows a connection; the test clients search each response for secrets. */
async function lookAround(id: string): Promise<void> {
  const { rest, graphql, home } = world.server;
  expect((await rest('GET', `/v1/connections/${id}`)).status).toBe(200);
  expect((await rest('GET', `/v1/connections?project_id=${home.projectId}`)).status).toBe(200);
  expect((await graphql(everything, { id })).errors).toEqual([]);
}

test('no response, page or log line holds a token, code, state, verifier or client secret', async () => {
  const { client } = world.provider;
  const config = { client_id: client.id, client_secret: client.secret };
  const id = await prepare(world, { ...oauthBody(world), config });
  const address = await authorize(world, id);
  expect(address).not.toContain('c4n4ry');
  const back = await visit(world, address);
  for (const page of [await open(world, back), await open(world, back)]) {
    expect(page.text).toContain('<main>');
  }
  const verifier = guard(world.provider.calls[0]?.values.code_verifier ?? '');
  expect(verifier).toHaveLength(43);
  await lookAround(id);
  requireNoCanary('the log', JSON.stringify(world.server.logged()));
});

test('only the credentials call returns a token, and only the access token', async () => {
  const id = await prepare(world);
  await open(world, await visit(world, await authorize(world, id)));
  for (let generation = 0; generation < 2; generation += 1) {
    const { text } = await fetchConfig(world.server, id);
    const { accessToken = '' } = world.provider.issued.at(-1) ?? {};
    expect(text.split(accessToken)).toHaveLength(2);
    const rest = text.replace(accessToken, '');
    requireNoCanary('the rest of the credentials', rest);
    expect(rest).not.toMatch(/refresh|client|secret/);
    await leave(world, id, -1);
  }
  await lookAround(id);
});

test('no response, page or log line holds a secret when every call to the provider fails', async () => {
  const kinds = ['malformed', 'html', 'huge', 'reset'] as const;
  for (const kind of kinds) {
    world.provider.set({ failure: { kind, after: true } });
    const id = await prepare(world);
    expect((await open(world, await visit(world, await authorize(world, id)))).status).toBe(400);
    world.provider.set({ failure: null });
    await open(world, await visit(world, await authorize(world, id)));
    world.provider.set({ failure: { kind, after: true } });
    await leave(world, id, -1);
    const { status, message = '' } = await refusalOf(world, id);
    expect(status).toBe(502);
    requireNoCanary('the refusal', message);
    await lookAround(id);
  }
});
