import { beforeAll, beforeEach, expect, test } from 'vitest';
import { rotateSigningKey } from '../../src/features/connect-tokens/signing-keys.ts';
import { openBrowser } from '../connect-page/form-browser.ts';
import { google } from '../helpers/connections.ts';
import {
  begin,
  type EndUser,
  linkOf,
  makeApp,
  makeRequirement,
  openEndUser,
  statusOf,
} from '../helpers/end-users.ts';
import { usePipedream } from '../helpers/providers/pipedream.ts';
import { subscribe } from '../helpers/subscription.ts';
import { open, useWorld, visit } from '../helpers/world.ts';

/* Everything that a token of a compromised signing key began ends with the key. */

const pipedream = usePipedream();
const world = useWorld('google', () => ({ env: pipedream.env }));
let calendar: string;
let mail: string;
let user: EndUser;
let appId: string;
beforeAll(async () => {
  Object.assign(world.server.deps.config, { publicUrl: world.server.url });
  appId = await makeApp(world.server);
  const spec = { type: google, scopes: ['calendar.read'] };
  calendar = await makeRequirement(world.server, appId, { spec, title: 'Your calendar' });
  const account = {
    kind: 'pipedream_account',
    spec: { app_slug: 'gmail' },
    title: 'Mail',
  } as const;
  mail = await makeRequirement(world.server, appId, account);
});
beforeEach(async () => {
  user = await openEndUser(world.server, appId);
});

const compromise = () => rotateSigningKey(world.server.deps, { isCompromised: true });
const rotate = () => rotateSigningKey(world.server.deps, { isCompromised: false });

test('a consent ends with the key', async () => {
  const back = await visit(world, await begin(user, calendar));
  await compromise();
  expect((await open(world, back)).status).toBe(400);
  expect(await linkOf(user, calendar)).toBeNull();
});

test('a consent outlives a rotation without a compromise', async () => {
  const back = await visit(world, await begin(user, calendar));
  await rotate();
  expect((await open(world, back)).status).toBe(200);
  expect(await linkOf(user, calendar)).not.toBeNull();
});

test('a consent without a recorded key ends with the key', async () => {
  const back = await visit(world, await begin(user, calendar));
  await world.server.deps.db.authorizationAttempt.updateMany({ data: { tokenKid: null } });
  await compromise();
  expect((await open(world, back)).status).toBe(400);
  expect(await linkOf(user, calendar)).toBeNull();
});

test.each(['noted', 'not noted'])(
  'a link at Pipedream whose key was %s ends with the key',
  async (how) => {
    const url = await begin(user, mail);
    const { db } = world.server.deps;
    if (how === 'not noted') await db.pipedreamLink.updateMany({ data: { tokenKid: null } });
    await compromise();
    await pipedream.connect(url);
    const heeded = () => world.server.logged().some(({ path }) => path === '/v1/pipedream/…');
    await expect.poll(heeded).toBe(true);
    const { endUserId } = user.viewer;
    await db.pipedreamLink.updateMany({ where: { endUserId }, data: { checkedAt: null } });
    const again = await openEndUser(world.server, appId, user.viewer.userId);
    await statusOf(again, mail);
    expect(await linkOf(user, mail)).toBeNull();
  },
);

test('a session of the connect page ends with the key', async () => {
  const browser = openBrowser(world.server);
  const { path } = await browser.connect(user.token);
  expect((await browser.open(path)).status).toBe(200);
  await compromise();
  expect((await browser.open(path)).status).toBe(401);
});

test('a subscription ends with the key', async () => {
  const query = 'subscription { requirementStatusChanged { id } }';
  const watching = await subscribe(world.server.url, query, { key: user.token });
  await compromise();
  const [event] = await watching.have(1, 10_000);
  expect(event?.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  await watching.ended;
});
