import { expect, test } from 'vitest';
import { canary } from '../helpers/canary.ts';
import { makeApp, makeRequirement, openEndUser, submit } from '../helpers/end-users.ts';
import { useServer } from '../helpers/server.ts';
import { useService } from './service.ts';

const service = useService();
const server = useServer({ env: { OUTBOUND_ALLOW: '127.0.0.1' } });

/** Lets a user connect the service for a new requirement; returns the path of its proxy. */
async function connectUser(userId: string) {
  const appId = await makeApp(server);
  const requirementId = await makeRequirement(server, appId);
  const user = await openEndUser(server, appId, userId);
  const key = canary('end-user-key');
  await submit(user, requirementId, { api_key: key, url: service.url });
  return { key, requirementId, proxy: `/v1/requirements/${requirementId}/proxy` };
}

const as = (userId: string) => ({ headers: { 'patchbay-user-id': userId } });

test('a request carries the credential of the user that the header names, and of no other', async () => {
  const { proxy, key, requirementId } = await connectUser('jörg');
  const caller = await server.createKey({ role: 'caller', projectId: server.home.projectId });
  const sent = Buffer.from('jörg').toString('latin1'); // node:http writes Latin-1: these are the bytes of UTF-8
  const answer = await server.rest('GET', `${proxy}/x?a=1`, { ...as(sent), key: caller });
  expect(answer).toMatchObject({ status: 200, headers: { 'patchbay-proxy': 'upstream' } });
  expect(service.received).toMatchObject([
    { target: '/x?a=1', headers: { authorization: `Bearer ${key}` } },
  ]);
  expect(service.received[0]?.headers).not.toHaveProperty('patchbay-user-id');
  const other = await server.rest('GET', `${proxy}/x`, { ...as('ann'), key: caller });
  expect(other).toMatchObject({ status: 409, headers: { 'patchbay-proxy': 'patchbay' } });
  const [event] = await server.deps.db.auditEvent.findMany({
    where: { action: 'connection.proxy' },
  });
  expect(event?.detail).toEqual({
    method: 'GET',
    host: service.host,
    requirement: requirementId,
    user: expect.any(String),
    status: 200,
    ms: expect.any(Number),
  });
  expect(JSON.stringify(event)).not.toContain('jörg');
});

test('without a user it is 400, for another organization 404, for a viewer 403, for an end user 401', async () => {
  const { proxy } = await connectUser('ann');
  const missing = await server.rest('GET', `${proxy}/x`);
  expect(missing).toMatchObject({
    status: 400,
    json: { error: { details: { user_id: 'cannot be blank' } } },
  });
  expect((await server.rest('GET', `${proxy}/../x`, as('ann'))).status).toBe(400);
  const stranger = await server.rest('GET', `${proxy}/x`, {
    ...as('ann'),
    key: server.stranger.key,
  });
  expect(stranger.status).toBe(404);
  const viewer = await server.createKey({ role: 'viewer', projectId: server.home.projectId });
  expect((await server.rest('GET', `${proxy}/x`, { ...as('ann'), key: viewer })).status).toBe(403);
  expect((await server.rest('GET', '/v1/requirements/x/proxy/x', as('ann'))).status).toBe(404);
  const { token } = await openEndUser(server, await makeApp(server), 'ann');
  expect((await server.rest('GET', `${proxy}/x`, { ...as('ann'), key: token })).status).toBe(401);
  expect(service.received).toEqual([]);
});

test('an account at Pipedream is 400', async () => {
  const appId = await makeApp(server);
  const id = await makeRequirement(server, appId, {
    kind: 'pipedream_account',
    spec: { app_slug: 'gmail' },
  });
  const answer = await server.rest('GET', `/v1/requirements/${id}/proxy/x`, as('ann'));
  expect(answer).toMatchObject({ status: 400, headers: { 'patchbay-proxy': 'patchbay' } });
});

test('the connection of an end user cannot be called by its id', async () => {
  const { requirementId } = await connectUser('ann');
  const link = await server.deps.db.endUserLink.findFirstOrThrow({ where: { requirementId } });
  const answer = await server.rest('GET', `/v1/connections/${link.connectionId}/proxy/x`);
  expect(answer.status).toBe(404);
  expect(service.received).toEqual([]);
});
