import { afterEach, expect, test } from 'vitest';
import { seedApp, seedRequirement } from '../helpers/apps.ts';
import { canary } from '../helpers/canary.ts';
import { mintToken } from '../helpers/connect-tokens.ts';
import { openAi } from '../helpers/connections.ts';
import { stopLocalServers } from '../helpers/providers/local-server.ts';
import { useServer } from '../helpers/server.ts';
import { type ServiceAnswer, serveService } from '../helpers/services/http-service.ts';
import { openBrowser } from './form-browser.ts';

/* The page asks the service before anything is stored. */

const server = useServer({
  env: {
    OUTBOUND_ALLOW: '127.0.0.1',
    LIMIT_VERIFICATIONS: '500',
    LIMIT_VERIFICATIONS_PER_HOST: '500',
  },
});
afterEach(stopLocalServers);

/** Opens the page of a new app that asks for a key of OpenAI; returns how to send it, and what is stored. */
async function openPage(spec: object = { type: openAi }, language = 'en') {
  const { deps, home } = server;
  const app = await seedApp(deps.db, home.projectId, { name: 'Travel desk' });
  const { id } = await seedRequirement(deps.db, app.id, { spec });
  const browser = openBrowser(server);
  const headers = { 'accept-language': language };
  const { path } = await browser.connect(await mintToken(server, app, 'ann'), headers);
  const send = (fields: Record<string, string>) =>
    browser.submitAndFollow(`${path}/requirements/${id}/credentials`, fields, headers);
  const stored = () => deps.db.connection.findFirst({ where: { requirementId: id } });
  return { send, stored, browser, path };
}

const refusing = (status: number, message: string) =>
  serveService((): ServiceAnswer => ({ status, body: { error: { message } } }));

test.each([
  ['en', 'The service refuses this value. It says: No such key.'],
  ['de', 'Der Dienst lehnt diesen Wert ab. Er sagt: No such key.'],
  ['ja', 'サービスがこの値を拒否しました。サービスからのメッセージ: No such key.'],
])(
  'a key that the service refuses stands at its field in %s, and nothing is stored',
  async (language, words) => {
    const { url, requests } = await refusing(401, 'No such key.');
    const { send, stored } = await openPage({ type: openAi }, language);
    const { text } = await send({ 'config.api_key': 'foo', 'config.url': url });
    expect(text).toContain(words);
    expect(text).toMatch(/name="config.api_key"[^>]*aria-invalid="true"/);
    expect(requests).toHaveLength(1);
    expect(await stored()).toBeNull();
  },
);

test('a key that does not allow enough stands at its field, and nothing is stored', async () => {
  const { url } = await refusing(403, 'You need more rights.');
  const { send, stored } = await openPage();
  const { text } = await send({ 'config.api_key': canary(), 'config.url': url });
  expect(text).toContain('it does not allow enough. It says: You need more rights.');
  expect(await stored()).toBeNull();
});

test('a key that works is stored with the verdict', async () => {
  const { url } = await serveService(() => ({ body: { data: [] } }));
  const { send, stored } = await openPage();
  const { text } = await send({ 'config.api_key': canary(), 'config.url': url });
  expect(text).toContain('All set');
  expect(text).not.toContain('could not be checked');
  expect(await stored()).toMatchObject({ status: 'active', verdict: 'ok' });
});

test.each(['http://127.0.0.1:1', 'http://10.0.0.1'])(
  'a key whose service at %s cannot be asked is stored, and the card says so',
  async (url) => {
    const { send, stored } = await openPage();
    const { text } = await send({ 'config.api_key': canary(), 'config.url': url });
    expect(text).toContain('OpenAI is connected, but it could not be checked whether this works.');
    expect(await stored()).toMatchObject({ status: 'active' });
  },
);

test('a refused replacement keeps what is connected', async () => {
  const good = await serveService(() => ({ body: { data: [] } }));
  const { send, stored } = await openPage();
  await send({ 'config.api_key': canary(), 'config.url': good.url });
  const before = await stored();
  const bad = await refusing(401, 'No such key.');
  const { text } = await send({ 'config.api_key': canary(), 'config.url': bad.url });
  expect(text).toContain('It says: No such key.');
  expect(text).toContain('Connected on');
  expect((await stored())?.id).toBe(before?.id);
});

test('a card shows the account that the service names', async () => {
  const { browser, path, send, stored } = await openPage();
  const { url } = await serveService(() => ({ body: { data: [] } }));
  await send({ 'config.api_key': canary(), 'config.url': url });
  const id = (await stored())?.id ?? '';
  const data = { accountLabel: '<b>ann@example.com' };
  await server.deps.db.connection.update({ where: { id }, data });
  expect((await browser.open(path)).text).toContain('Account: &lt;b&gt;ann@example.com');
});
