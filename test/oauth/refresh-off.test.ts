import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startRefreshWorker } from '../../src/oauth/refresh/refresh-worker.ts';
import { endPause, leave, refusalOf, statusOf, tokenOf } from '../helpers/grants.ts';
import { connect, useWorld } from '../helpers/world.ts';

/* A copy of a database must not burn the tokens of the original. */

const world = useWorld('box', { env: { REFRESH: 'off' } });

test('REFRESH=off returns a token while it is valid, and then 502 that names REFRESH', async () => {
  const id = await connect(world);
  await leave(world, id, 1);
  expect((await tokenOf(world, id)).access_token).toMatch(/^at_/);
  await leave(world, id, -1);
  expect(await refusalOf(world, id)).toEqual({
    status: 502,
    message: expect.stringContaining('REFRESH=off'),
  });
  expect(await statusOf(world, id)).toBe('active');
});

test('REFRESH=off stops refreshes on request and by the worker, and revocations on deletion', async () => {
  const id = await connect(world);
  world.provider.reset();
  await endPause(world, id);
  const worker = startRefreshWorker(world.server.deps);
  const document = `mutation($id: ID!) { refreshConnection(input: { id: $id }) {
    ... on ConflictError { message } } }`;
  const { data } = await world.server.graphql(document, { id });
  const message = expect.stringContaining('REFRESH=off');
  expect(data).toEqual({ refreshConnection: { message } });
  await wait(1_700); // longer than the worker's longest pause
  await worker.stop();
  expect((await world.server.rest('DELETE', `/v1/connections/${id}`)).status).toBe(200);
  await wait(200);
  expect(world.provider.calls).toEqual([]);
});
