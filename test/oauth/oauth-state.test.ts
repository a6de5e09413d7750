import { expect, test } from 'vitest';
import { connectMany } from '../helpers/connect-many.ts';
import { createConnection } from '../helpers/connections.ts';
import { grantOf, leave, refusalOf, tokenOf } from '../helpers/grants.ts';
import { statementsOf as allStatementsOf } from '../helpers/statements.ts';
import { connect, prepare, useWorld } from '../helpers/world.ts';

const world = useWorld('box');

const fields = `scopes missingScopes accessTokenExpiresAt refreshable lastRefreshedAt nextRefreshAt
  consecutiveFailures lastRefreshError`;

async function stateOf(id: string) {
  const document = `query($id: ID!) { connection(id: $id) { oauth { ${fields} } } }`;
  type Answer = { connection: { oauth: Record<string, unknown> | null } };
  return (await world.server.graphql<Answer>(document, { id })).data.connection.oauth;
}

/* The time of last use is written later. */
const statementsOf = async (work: () => Promise<unknown>) =>
  (await allStatementsOf(work)).filter((text) => !text.includes('SET last_used_at'));

const date = expect.stringMatching(/^\d{4}-\d\d-\d\dT/);

test('a connection without OAuth has no OAuth state', async () => {
  expect(await stateOf((await createConnection(world.server)).id)).toBeNull();
});

test('the OAuth state is empty before the first consent', async () => {
  expect(await stateOf(await prepare(world))).toEqual({
    scopes: [],
    missingScopes: [],
    accessTokenExpiresAt: null,
    refreshable: false,
    lastRefreshedAt: null,
    nextRefreshAt: null,
    consecutiveFailures: 0,
    lastRefreshError: null,
  });
});

test('the OAuth state follows the grant from consent to refresh to failure', async () => {
  const id = await connect(world);
  const consented = {
    scopes: ['root_readwrite'],
    missingScopes: [],
    refreshable: true,
    accessTokenExpiresAt: date,
    lastRefreshedAt: null,
    nextRefreshAt: date,
    consecutiveFailures: 0,
    lastRefreshError: null,
  };
  expect(await stateOf(id)).toEqual(consented);
  await leave(world, id, -5);
  world.provider.set({ scope: 'root_readonly' });
  await tokenOf(world, id);
  const refreshed = {
    ...consented,
    scopes: ['root_readonly'],
    missingScopes: ['root_readwrite'],
    lastRefreshedAt: date,
  };
  expect(await stateOf(id)).toEqual(refreshed);
  await leave(world, id, -5);
  world.provider.set({ failure: { kind: 'html' } });
  await refusalOf(world, id);
  expect(await stateOf(id)).toEqual({
    ...refreshed,
    consecutiveFailures: 1,
    lastRefreshError: expect.stringContaining('did not answer with JSON'),
  });
  world.provider.reset();
});

test('a viewer reads the OAuth state, which adds one statement to a list of 20', async () => {
  const key = await world.server.createKey({ role: 'viewer' });
  await connectMany(world, 20);
  const list = (selection: string) => {
    const document = `query($id: ID) { connections(projectId: $id, first: 50) { nodes { id ${selection} } } }`;
    return world.server.graphql<{ connections: { nodes: { oauth?: object | null }[] } }>(
      document,
      { id: world.server.home.projectId },
      key,
    );
  };
  const without = await statementsOf(() => list('status'));
  const withState = await statementsOf(async () => {
    const { data } = await list(`oauth { ${fields} }`);
    const states = data.connections.nodes.filter(({ oauth }) => oauth);
    expect(states.length).toBeGreaterThanOrEqual(20);
  });
  expect(withState).toEqual([...without, expect.stringContaining('FROM oauth_grant')]);
});

test('fetching credentials of an OAuth connection takes 3 statements, like any other type', async () => {
  const id = await connect(world);
  expect(await statementsOf(() => tokenOf(world, id))).toHaveLength(3);
  expect((await grantOf(world, id)).tokenVersion).toBe(1);
});
