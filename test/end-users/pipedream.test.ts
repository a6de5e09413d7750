import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { deleteUnlinkedAccounts } from '../../src/core/pipedream/unlinked-accounts.ts';
import {
  begin,
  disconnect,
  type EndUser,
  linkOf,
  makeApp,
  makeRequirement,
  openEndUser,
  statusOf as readStatus,
  tryToBegin,
} from '../helpers/end-users.ts';
import { usePipedream } from '../helpers/providers/pipedream.ts';
import { resolve } from '../helpers/resolve.ts';
import { startTestServer, useServer } from '../helpers/server.ts';

const pipedream = usePipedream();
const server = useServer({ env: () => pipedream.env });
let appId: string;
let requirementId: string;
const gmail = { kind: 'pipedream_account', spec: { app_slug: 'gmail' }, title: 'Gmail' } as const;

beforeAll(async () => {
  Object.assign(server.deps.config, { publicUrl: server.url });
  appId = await makeApp(server);
  requirementId = await makeRequirement(server, appId, gmail);
});

const statusOf = (user: EndUser, requirement = requirementId) => readStatus(user, requirement);

/** Waits until a webhook has done its work, without a request for the status, which would call Pipedream. */
const expectLinked = (user: EndUser, requirement = requirementId) =>
  expect.poll(() => linkOf(user, requirement), { timeout: 10_000 }).not.toBeNull();

/** Waits likewise when a webhook may be calling Pipedream at this moment, so that a status request learns nothing new. */
const expectCompleted = (user: EndUser) =>
  expect.poll(() => statusOf(user), { timeout: 10_000 }).toBe('completed');

/** Reads the status of a user as the app's backend does. */
async function askAsBackend({ viewer: { userId, appId: of } }: EndUser) {
  const document = `query($userId: String!, $appId: ID) {
    requirementsStatus(userId: $userId, appId: $appId) { satisfied unsatisfied { id } } }`;
  type Data = { requirementsStatus: { satisfied: boolean; unsatisfied: object[] } };
  return (await server.graphql<Data>(document, { userId, appId: of })).data.requirementsStatus;
}

async function resolved({ viewer }: EndUser, requirement = requirementId) {
  const { userId } = viewer;
  const references = [{ requirementId: requirement }];
  return (await resolve(server, { appId: viewer.appId, userId, references }))[0];
}

/** Ends the pause after the last request for an account. */
async function endPause({ viewer }: EndUser): Promise<void> {
  const { endUserId } = viewer;
  await server.deps.db.pipedreamLink.updateMany({
    where: { endUserId },
    data: { checkedAt: null },
  });
}

const questions = () => pipedream.calls.filter(({ method }) => method === 'GET');

test('a connected account completes the requirement, and a runtime gets it', async () => {
  const user = await openEndUser(server, appId);
  expect(await statusOf(user)).toBe('pending');
  expect((await resolved(user))?.__typename).toBe('ConflictError');
  const url = await begin(user, requirementId);
  expect(new URL(url).searchParams.get('app')).toBe('gmail');
  const { externalUserId } = pipedream.linkOf(url);
  expect(externalUserId).not.toContain(user.viewer.userId);
  const id = await pipedream.connect(url);
  await expectLinked(user);
  expect(await statusOf(user)).toBe('completed');
  expect(await resolved(user)).toEqual({
    __typename: 'Credentials',
    connectionId: null,
    type: 'pipedream_account',
    config: { account_id: id, app_slug: 'gmail', external_user_id: externalUserId },
    expiresAt: null,
  });
  expect(await server.deps.db.pipedreamLink.count({ where: { requirementId } })).toBe(0);
});

test('a lost webhook delays the completion by seconds', async () => {
  pipedream.set({ webhooks: 'lost' });
  const user = await openEndUser(server, appId);
  const url = await begin(user, requirementId);
  expect(await statusOf(user)).toBe('pending');
  await pipedream.connect(url);
  const start = performance.now();
  await expect.poll(() => statusOf(user), { timeout: 10_000 }).toBe('completed');
  expect(performance.now() - start).toBeLessThan(5_000);
});

test('the app’s backend learns of the completion by reading the status', async () => {
  pipedream.set({ webhooks: 'lost' });
  const user = await openEndUser(server, appId);
  await pipedream.connect(await begin(user, requirementId));
  expect(await askAsBackend(user)).toEqual({ satisfied: true, unsatisfied: [] });
});

test('any number of status requests calls Pipedream once in three seconds', async () => {
  pipedream.set({ webhooks: 'lost' });
  const user = await openEndUser(server, appId);
  await begin(user, requirementId);
  const before = questions().length;
  await Promise.all(Array.from({ length: 20 }, () => statusOf(user)));
  for (let index = 0; index < 5; index += 1) await statusOf(user);
  expect(questions().length - before).toBe(1);
  await wait(3_100);
  await Promise.all(Array.from({ length: 20 }, () => statusOf(user)));
  expect(questions().length - before).toBe(2);
  expect(questions().every(({ environment }) => environment === 'development')).toBe(true);
});

test('a status request before the begin or after the completion does not call Pipedream', async () => {
  const user = await openEndUser(server, appId);
  await statusOf(user);
  await pipedream.connect(await begin(user, requirementId));
  await expectLinked(user);
  const before = questions().length;
  await statusOf(user);
  expect(questions()).toHaveLength(before);
});

test('an unhealthy account does not count until it is healthy', async () => {
  const user = await openEndUser(server, appId);
  const id = await pipedream.connect(await begin(user, requirementId), { healthy: false });
  await endPause(user);
  expect(await statusOf(user)).toBe('pending');
  const account = pipedream.accounts.find((one) => one.id === id);
  Object.assign(account ?? {}, { healthy: true });
  await endPause(user);
  await expectCompleted(user);
});

test('an account of another app, or of another user, does not count', async () => {
  pipedream.set({ webhooks: 'lost' });
  const [user, other] = [await openEndUser(server, appId), await openEndUser(server, appId)];
  const [url, others] = [await begin(user, requirementId), await begin(other, requirementId)];
  await pipedream.connect(url.replace('app=gmail', 'app=slack'));
  await pipedream.connect(others);
  expect(await statusOf(user)).toBe('pending');
  expect(await statusOf(other)).toBe('completed');
});

describe('a webhook', () => {
  const post = (address: string, body?: object) =>
    server.send({
      method: 'POST',
      path: new URL(address).pathname,
      headers: { 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    });

  test('does nothing when it is forged', async () => {
    const user = await openEndUser(server, appId);
    const url = await begin(user, requirementId);
    const forged = { event: 'CONNECTION_SUCCESS', account: { id: 'apn_forged', healthy: true } };
    expect((await post(pipedream.webhookOf(url), forged)).status).toBe(200);
    await wait(300);
    expect(await linkOf(user, requirementId)).toBeNull();
    await endPause(user);
    expect(await statusOf(user)).toBe('pending');
  });

  test('is 404 at an unknown address, and does not call Pipedream', async () => {
    const before = questions().length;
    const base = `${server.url}/v1/pipedream/`;
    for (const secret of ['A'.repeat(43), 'x', '%00', 'A'.repeat(5_000)]) {
      const { status, json } = await post(base + secret);
      expect(status).toBe(404);
      expect(json).toEqual({ error: { code: 'not_found', message: 'Not Found' } });
    }
    expect(questions()).toHaveLength(before);
  });

  test('calls Pipedream twice when it comes a hundred times', async () => {
    const user = await openEndUser(server, appId);
    const url = await begin(user, requirementId);
    const before = questions().length;
    await Promise.all(Array.from({ length: 100 }, () => post(pipedream.webhookOf(url))));
    await expect.poll(() => questions().length - before, { timeout: 10_000 }).toBe(2);
    await wait(500);
    expect(questions().length - before).toBe(2);
  });

  test('is handled after the pause when it comes right after a request', async () => {
    const user = await openEndUser(server, appId);
    const url = await begin(user, requirementId);
    expect(await statusOf(user)).toBe('pending');
    await pipedream.connect(url);
    expect(await linkOf(user, requirementId)).toBeNull();
    await expectLinked(user);
  });

  test('takes no other method, and its address is not logged', async () => {
    const url = await begin(await openEndUser(server, appId), requirementId);
    const path = new URL(pipedream.webhookOf(url)).pathname;
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const { status, headers } = await server.send({ method, path });
      expect([status, headers.allow]).toEqual([405, 'POST, OPTIONS']);
    }
    expect(JSON.stringify(server.logged())).not.toContain(path.split('/').at(-1));
    expect(JSON.stringify(await server.deps.db.pipedreamLink.findMany())).not.toContain(path);
  });
});

describe('disconnecting', () => {
  test('deletes the account at Pipedream, and the account does not count again', async () => {
    const user = await openEndUser(server, appId);
    const id = await pipedream.connect(await begin(user, requirementId));
    await expectLinked(user);
    const account = pipedream.accounts.find((one) => one.id === id);
    expect(await disconnect(user, requirementId)).toMatchObject({ status: 200 });
    expect(await statusOf(user)).toBe('pending');
    expect((await resolved(user))?.__typename).toBe('ConflictError');
    await expect.poll(() => pipedream.accounts.some((one) => one.id === id)).toBe(false);
    if (account) pipedream.accounts.push(account); // as if Pipedream had not deleted it
    await begin(user, requirementId);
    expect(await statusOf(user)).toBe('pending');
    expect(await linkOf(user, requirementId)).toBeNull();
  });

  test('succeeds while Pipedream is away, and deletes the account later', async () => {
    const user = await openEndUser(server, appId);
    const id = await pipedream.connect(await begin(user, requirementId));
    await expectLinked(user);
    pipedream.set({ failure: 503 });
    expect(await disconnect(user, requirementId)).toMatchObject({ status: 200 });
    const row = () => server.deps.db.pipedreamAccount.findUniqueOrThrow({ where: { id } });
    const asked = () => pipedream.calls.some((c) => c.method === 'DELETE' && c.path.endsWith(id));
    await expect.poll(asked).toBe(true);
    expect((await row()).deletionTriedAt).not.toBeNull();
    pipedream.set({ failure: null });
    await deleteUnlinkedAccounts(server.deps);
    expect((await row()).deletedAt).toBeNull(); // not at once
    const data = { deletionTriedAt: new Date(Date.now() - 301_000) };
    await server.deps.db.pipedreamAccount.update({ where: { id }, data });
    await deleteUnlinkedAccounts(server.deps);
    expect((await row()).deletedAt).not.toBeNull();
    expect(pipedream.accounts.some((one) => one.id === id)).toBe(false);
  });

  test('stops a link that was begun before', async () => {
    pipedream.set({ webhooks: 'lost' });
    const user = await openEndUser(server, appId);
    await pipedream.connect(await begin(user, requirementId));
    expect(await statusOf(user)).toBe('completed');
    await pipedream.connect(await begin(user, requirementId));
    await disconnect(user, requirementId);
    expect(await statusOf(user)).toBe('pending');
  });
});

test('connecting again replaces the account and deletes the old one', async () => {
  const user = await openEndUser(server, appId);
  const first = await pipedream.connect(await begin(user, requirementId));
  await expectLinked(user);
  const url = await begin(user, requirementId);
  expect(await statusOf(user)).toBe('completed');
  const second = await pipedream.connect(url);
  await expect
    .poll(async () => (await linkOf(user, requirementId))?.pipedreamAccountId, { timeout: 10_000 })
    .toBe(second);
  await expect.poll(() => pipedream.accounts.some(({ id }) => id === first)).toBe(false);
  expect(pipedream.accounts.some(({ id }) => id === second)).toBe(true);
});

test('each of several links that are requested at once works', async () => {
  const user = await openEndUser(server, appId);
  const urls = await Promise.all([1, 2, 3, 4].map(() => begin(user, requirementId)));
  const { endUserId } = user.viewer;
  expect(await server.deps.db.pipedreamLink.count({ where: { endUserId } })).toBe(1);
  for (const url of urls.slice(0, 2)) await pipedream.connect(url);
  await endPause(user);
  await expectCompleted(user);
});

test('a user has the same name at Pipedream for every requirement', async () => {
  const other = await makeRequirement(server, appId, { ...gmail, spec: { app_slug: 'slack' } });
  const user = await openEndUser(server, appId);
  const names = [];
  for (const id of [requirementId, other, requirementId]) {
    names.push(pipedream.linkOf(await begin(user, id)).externalUserId);
  }
  expect(new Set(names).size).toBe(1);
  const another = await openEndUser(server, appId);
  expect(pipedream.linkOf(await begin(another, other)).externalUserId).not.toBe(names[0]);
});

test('an account of an app that the requirement no longer names does not count', async () => {
  const id = await makeRequirement(server, appId, gmail);
  const user = await openEndUser(server, appId);
  await pipedream.connect(await begin(user, id));
  await expectLinked(user, id);
  const data = { spec: { app_slug: 'slack' } };
  await server.deps.db.requirement.update({ where: { id }, data });
  expect(await statusOf(user, id)).toBe('pending');
  expect((await resolved(user, id))?.__typename).toBe('ConflictError');
});

describe('a token of a public app without a key', () => {
  let open: string;
  let requirement: string;
  beforeAll(async () => {
    open = await makeApp(server, { visibility: 'public' });
    requirement = await makeRequirement(server, open, gmail);
  });

  test('gets no account that another token begins for the same user', async () => {
    pipedream.set({ webhooks: 'lost' });
    const user = await openEndUser(server, open, randomUUID(), 'anonymous');
    const stranger = await openEndUser(server, open, user.viewer.userId, 'anonymous');
    const url = await begin(user, requirement);
    await begin(stranger, requirement);
    await pipedream.connect(url);
    expect(await statusOf(stranger, requirement)).toBe('completed');
    expect(await linkOf(user, requirement)).toMatchObject({ jti: user.viewer.id });
    expect(await disconnect(stranger, requirement)).toMatchObject({ status: 409 });
    expect((await tryToBegin(stranger, requirement)).__typename).toBe('ConflictError');
  });

  test('does not replace an account that was linked since its begin', async () => {
    pipedream.set({ webhooks: 'lost' });
    const user = await openEndUser(server, open, randomUUID(), 'anonymous');
    const stranger = await openEndUser(server, open, user.viewer.userId, 'anonymous');
    const theirs = await begin(stranger, requirement);
    await pipedream.connect(await begin(user, requirement));
    expect(await statusOf(user, requirement)).toBe('completed');
    const before = await linkOf(user, requirement);
    await pipedream.connect(theirs);
    await statusOf(stranger, requirement);
    expect(await linkOf(user, requirement)).toEqual(before);
  });

  test('links nothing after its end', async () => {
    pipedream.set({ webhooks: 'lost' });
    const id = await makeApp(server, { visibility: 'public' });
    const own = await makeRequirement(server, id, gmail);
    const user = await openEndUser(server, id, randomUUID(), 'anonymous');
    await pipedream.connect(await begin(user, own));
    await server.deps.db.app.update({ where: { id }, data: { visibility: 'private' } });
    expect(await askAsBackend(user)).toMatchObject({ satisfied: false });
    expect(await linkOf(user, own)).toBeNull();
  });
});

describe('Pipedream’s own token', () => {
  test('is requested once for concurrent calls, and again when it ended or is refused', async () => {
    const beside = await startTestServer(pipedream.env, server);
    const user = { ...(await openEndUser(server, appId)), server: beside };
    const before = pipedream.tokens.length;
    await Promise.all([1, 2, 3, 4, 5].map(() => begin(user, requirementId)));
    expect(pipedream.tokens.length - before).toBe(1);
    pipedream.endTokens();
    await begin(user, requirementId);
    expect(pipedream.tokens.length - before).toBe(2);
    pipedream.endTokens();
    pipedream.set({ tokenLife: 0.2 });
    await begin(user, requirementId);
    await wait(200);
    await begin(user, requirementId);
    expect(pipedream.tokens.length - before).toBe(4);
    await beside.close();
  });
});

describe('beginning a link is 502', () => {
  test.each([[500], [429], [400], ['reset']] as const)(
    'when Pipedream answers %s',
    async (failure) => {
      pipedream.set({ failure });
      const user = await openEndUser(server, appId);
      const message = expect.stringContaining('Pipedream');
      expect(await tryToBegin(user, requirementId)).toMatchObject({
        __typename: 'UpstreamError',
        message,
      });
      expect(
        await server.deps.db.pipedreamLink.count({ where: { endUserId: user.viewer.endUserId } }),
      ).toBe(0);
    },
  );

  test('when Pipedream is not configured, and says what to set', async () => {
    const beside = await startTestServer({}, server);
    const user = { ...(await openEndUser(server, appId)), server: beside };
    expect(await tryToBegin(user, requirementId)).toMatchObject({
      __typename: 'UpstreamError',
      message: expect.stringMatching(/PIPEDREAM_CLIENT_ID.*PIPEDREAM_PROJECT_ID/),
    });
    expect(await statusOf(user)).toBe('pending');
    await beside.close();
  });
});
