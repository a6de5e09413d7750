import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { App, Requirement } from '../../src/platform/db/generated/client.ts';
import { seedApp, seedRequirement } from '../helpers/apps.ts';
import { canary } from '../helpers/canary.ts';
import { mintToken, postToken } from '../helpers/connect-tokens.ts';
import { google } from '../helpers/connections.ts';
import { controlClock } from '../helpers/hooks.ts';
import type { Answer } from '../helpers/http.ts';
import { useServer } from '../helpers/server.ts';
import { openBrowser } from './form-browser.ts';

/* The page says when a limit is reached. */

const server = useServer({
  env: {
    TRUSTED_PROXIES: '127.0.0.1',
    LIMIT_ACTIONS_PER_TOKEN: '4',
    LIMIT_ACTIONS_PER_ADDRESS: '6',
    LIMIT_ACTIONS_PER_KEYED_TOKEN: '8',
  },
});
let app: App;
let key: Requirement;
let clock: ReturnType<typeof controlClock>;
beforeAll(async () => {
  app = await seedApp(server.deps.db, server.home.projectId, { visibility: 'public' });
  key = await seedRequirement(server.deps.db, app.id);
});
beforeEach(() => {
  clock = controlClock();
});
afterEach(() => clock.restore());

let addresses = 0;
const newAddress = () => ({ 'x-forwarded-for': `10.2.0.${++addresses}` });
const mint = async () => (await postToken(server, app, { user_id: 'ann' })).json.token;

function expectTooOften(
  { status, headers, text }: Answer,
  words = /Too many attempts.*Nothing was changed\. Wait a minute/s,
) {
  expect(status).toBe(429);
  expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  expect(headers['content-type']).toMatch(/^text\/html/);
  expect(text).toMatch(words);
}

test('a form over the limit changes nothing until the minute is over', async () => {
  const from = newAddress();
  const own = openBrowser(server);
  const { path } = await own.connect(await mint(), from); // the first action
  const send = (headers = {}) =>
    own.submit(
      `${path}/requirements/${key.id}/credentials`,
      { 'config.api_key': canary('api-key') },
      { ...from, ...headers },
    );
  for (let round = 0; round < 3; round += 1) expect((await send()).status).toBe(303);
  const events = () => server.deps.db.auditEvent.count({ where: { ip: from['x-forwarded-for'] } });
  const before = await events();
  expectTooOften(await send());
  expectTooOften(await send({ 'accept-language': 'de' }), /Das war zu oft/);
  expectTooOften(await own.submit(`${path}/requirements/${key.id}/disconnect`, {}, from));
  expect(await events()).toBe(before);
  expect((await own.open(path, from)).status).toBe(200);
  clock.putForward(61_000);
  expect((await send()).status).toBe(303);
  expect(await events()).toBe(before + 2); // the verdict and the link
});

test('opening links is limited per address, and per token', async () => {
  const from = newAddress();
  for (let round = 0; round < 6; round += 1) {
    expect((await openBrowser(server).connect(await mint(), from)).status).toBe(200);
  }
  const token = await mint();
  expectTooOften(await openBrowser(server).submit('/connect', { token }, from));
  expect((await openBrowser(server).connect(token, newAddress())).status).toBe(200);
  const used = () => openBrowser(server).submit('/connect', { token }, newAddress());
  for (let round = 0; round < 3; round += 1) expect((await used()).status).toBe(401);
  expectTooOften(await used());
});

test('links that were made with a key do not count for their address', async () => {
  const from = newAddress();
  for (let round = 0; round < 10; round += 1) {
    const token = await mintToken(server, app, `user ${round}`);
    expect((await openBrowser(server).connect(token, from)).status).toBe(200);
  }
});

test('a window of a consent over the limit closes itself, and the page behind it says why', async () => {
  const from = newAddress();
  const own = openBrowser(server);
  const calendar = await seedRequirement(server.deps.db, app.id, { spec: { type: google } });
  const { path } = await own.connect(await mint(), from); // the first action
  const begin = () =>
    own.submit(`${path}/requirements/${calendar.id}/authorize`, { own: '1' }, from);
  for (let round = 0; round < 3; round += 1) expect((await begin()).status).toBe(400);
  const refused = await begin();
  expectTooOften(refused, /data-close.*too many attempts within a minute/s);
  const left = await own.open(path, from);
  expect(left.text).toMatch(
    new RegExp(
      `id="${calendar.id}" open[^>]*>.*?role="alert"[^>]*>Google was not connected, because`,
      's',
    ),
  );
});
