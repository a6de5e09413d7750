import { expect, test } from 'vitest';
import { eventsOf, grantOf, leave, refusalOf, statusOf, tokenOf } from '../helpers/grants.ts';
import { connect, consent, useWorld } from '../helpers/world.ts';

const world = useWorld('box');

const doubt = 'An earlier attempt ended without an answer';
const invalidGrant = { kind: 'error', error: 'invalid_grant', on: 'refresh_token' } as const;

async function connectDue(): Promise<string> {
  const id = await connect(world);
  await leave(world, id, 5);
  return id;
}

test('invalid_grant expires the connection at once although its token is still valid, and says why', async () => {
  const id = await connectDue();
  world.provider.reset({ failure: invalidGrant });
  const why = {
    status: 409,
    message:
      'The connection has expired: the provider no longer accepts the grant (invalid_grant). Authorize it again.',
  };
  expect(await refusalOf(world, id)).toEqual(why);
  expect(await refusalOf(world, id)).toEqual(why);
  expect(world.provider.calls).toHaveLength(1);
  expect(await statusOf(world, id)).toBe('expired');
  expect(await eventsOf(world, id)).toEqual([
    'connection.create',
    'connection.authorize',
    'connection.callback',
    'connection.expire',
    'credentials.fetch.refused',
    'credentials.fetch.refused',
  ]);
  expect(await grantOf(world, id)).toMatchObject({
    consecutiveFailures: 1,
    nextRefreshAt: null,
    leaseOwner: null,
  });
});

test('the audit event names the caller, the address and the request of the read', async () => {
  const id = await connectDue();
  world.provider.set({ failure: invalidGrant });
  await world.server.rest('POST', `/v1/connections/${id}/credentials`);
  const events = await world.server.deps.db.auditEvent.findMany({ where: { connectionId: id } });
  const expired = events.find(({ action }) => action === 'connection.expire');
  const refused = events.find(({ action }) => action === 'credentials.fetch.refused');
  expect(expired).toMatchObject({
    actor: refused?.actor,
    ip: '127.0.0.1',
    requestId: refused?.requestId,
  });
});

test.each([
  ['invalid_grant', 200],
  ['bad_refresh_token', 200],
  ['interaction_required', 400],
])('%s with status %i expires the connection', async (error, status) => {
  const id = await connectDue();
  world.provider.set({ failure: { ...invalidGrant, error, status } });
  expect((await refusalOf(world, id)).status).toBe(409);
  expect(await statusOf(world, id)).toBe('expired');
});

test('the error mentions a doubt when an earlier refresh had no response', async () => {
  const id = await connectDue();
  await leave(world, id, -5);
  world.provider.set({ failure: { kind: 'reset', on: 'refresh_token', after: true } });
  expect((await refusalOf(world, id)).status).toBe(502);
  expect((await grantOf(world, id)).attemptStartedAt).not.toBeNull();
  world.provider.set({ failure: null }); // it rotated: from now on it refuses the old token
  const data = { nextRefreshAt: new Date(0) };
  await world.server.deps.db.oauthGrant.update({ where: { connectionId: id }, data });
  const { status, message } = await refusalOf(world, id);
  expect(status).toBe(409);
  expect(message).toContain(doubt);
  expect(message).toContain('invalid_grant');
});

test('the error mentions no doubt when the earlier refresh could not be sent', async () => {
  const id = await connectDue();
  await world.provider.stop();
  await leave(world, id, -5);
  const { status, message } = await refusalOf(world, id);
  expect([status, message]).toEqual([502, expect.stringContaining('could not be reached')]);
  expect((await grantOf(world, id)).attemptStartedAt).toBeNull();
  await world.provider.start();
});

test('a doubt remains after a refusal that does not concern the grant', async () => {
  const id = await connectDue();
  const again = () =>
    world.server.deps.db.oauthGrant.update({
      where: { connectionId: id },
      data: { nextRefreshAt: new Date(0) },
    });
  world.provider.set({ failure: { kind: 'reset', on: 'refresh_token', after: true } });
  await tokenOf(world, id);
  await again();
  world.provider.set({ failure: { kind: 'error', error: 'invalid_client', on: 'refresh_token' } });
  await tokenOf(world, id);
  await again();
  world.provider.set({ failure: null });
  expect((await refusalOf(world, id)).message).toContain(doubt);
});

test('the error mentions no doubt after a clear refusal', async () => {
  const id = await connectDue();
  world.provider.set({ failure: { kind: 'error', error: 'invalid_scope', on: 'refresh_token' } });
  await tokenOf(world, id);
  expect((await grantOf(world, id)).attemptStartedAt).toBeNull();
  world.provider.set({ failure: invalidGrant });
  const data = { nextRefreshAt: new Date(0) };
  await world.server.deps.db.oauthGrant.update({ where: { connectionId: id }, data });
  const { message } = await refusalOf(world, id);
  expect(message).not.toContain(doubt);
});

test('a consent revives an expired connection and resets its failures', async () => {
  const id = await connectDue();
  world.provider.set({ failure: invalidGrant });
  await refusalOf(world, id);
  world.provider.set({ failure: null });
  expect((await consent(world, id)).status).toBe(200);
  expect(await grantOf(world, id)).toMatchObject({
    consecutiveFailures: 0,
    lastRefreshError: null,
    attemptStartedAt: null,
  });
  await leave(world, id, -5);
  expect((await tokenOf(world, id)).access_token).toMatch(/^at_/);
});
