import { expect, test } from 'vitest';
import { mayRefresh, mostPending, writeTokens } from '../../src/oauth/refresh/pending-writes.ts';
import { fetchConfig } from '../helpers/connections.ts';
import { leave, refusalOf } from '../helpers/grants.ts';
import { aroundStatement, databaseError } from '../helpers/hooks.ts';
import { connect, useWorld } from '../helpers/world.ts';

const world = useWorld('generic');

test('no refresh begins while 1,000 tokens wait to be stored', async () => {
  const { deps, home } = world.server;
  const id = await connect(world);
  await leave(world, id, -5);
  world.provider.reset();
  let isAway = true;
  const restore = aroundStatement(deps, 'store-refreshed-tokens', async (send) => {
    if (isAway) throw databaseError();
    return send();
  });
  const key = await deps.vault.sealingKey(home.projectId);
  const grant = { ...home, id: crypto.randomUUID(), tokenVersion: 1 };
  const tokens = { accessToken: 'at', tokenType: 'Bearer' };
  const facts = { scopes: [], life: 1, refreshable: false, refreshIn: null };
  const by = { actor: 'test', ip: null, requestId: 'test' };
  const waiting = Array.from({ length: mostPending }, () => {
    const events = { ...by, eventId: crypto.randomUUID() };
    return writeTokens(deps, { grant, tokens, key, facts, by: events, answeredAt: 0 });
  });
  expect(mayRefresh(deps)).toBe(false);
  expect((await refusalOf(world, id)).status).toBe(502);
  expect(world.provider.calls).toHaveLength(0);
  isAway = false;
  for (const state of await Promise.all(waiting)) expect(state).toEqual({ kind: 'superseded' });
  restore();
  expect((await fetchConfig(world.server, id)).status).toBe(200);
});
