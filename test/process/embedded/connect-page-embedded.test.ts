import type { Browser, BrowserContext, FrameLocator, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { canary } from '../../helpers/canary.ts';
import { google } from '../../helpers/connections.ts';
import type { OAuthProvider } from '../../helpers/providers/oauth-provider.ts';
import { launchChromium } from '../browser/chromium.ts';
import { lendContext, takeBack } from '../browser/contexts.ts';
import { type FrontApp, makeFrontApp } from '../browser/front-app.ts';
import { type Heard, serveFrontEnd } from '../browser/front-ends.ts';
import { type HttpsHosts, startHttpsHosts } from '../browser/https-hosts.ts';
import { look } from '../browser/look.ts';
import { pressLinkButton } from '../browser/open-link.ts';
import { type BuiltServer, startBesideGoogle } from '../built-server.ts';

/* A front end opens the connect page in a popup or in a frame. */

const publicUrl = 'https://patchbay.test';
const portal = 'https://portal.test';

let server: BuiltServer;
let provider: OAuthProvider;
let hosts: HttpsHosts;
let browser: Browser;
let context: BrowserContext;
let app: FrontApp;

beforeAll(async () => {
  const cutOff = { consent: 'ask', cutsOpeners: true } as const;
  ({ provider, server } = await startBesideGoogle(publicUrl, cutOff));
  app = await makeFrontApp(server, publicUrl, { allowedOrigins: [portal] });
  await app.ask({ title: 'Your OpenAI key' });
  await app.ask({ title: 'Your calendar', spec: { type: google, scopes: ['calendar.read'] } });
  const others = { 'portal.test': serveFrontEnd, 'stranger.test': serveFrontEnd };
  hosts = await startHttpsHosts({ host: 'patchbay.test', url: server.url }, others);
  browser = await launchChromium(hosts.resolverRules);
}, 90_000);

afterEach(() => context && takeBack(context));

afterAll(async () => {
  await browser?.close();
  await hosts?.stop();
  await server?.close();
  await provider?.stop();
});

/** Opens the page of a user in a front end. */
async function bring(
  how: 'popup' | 'frame',
  userId: string,
  { origin = portal, scripts = true, policy = 'same-origin-allow-popups' } = {},
): Promise<Page> {
  const address = await app.linkFor(userId);
  const viewport = { width: 400, height: 780 };
  const options = { ignoreHTTPSErrors: true, javaScriptEnabled: scripts, viewport };
  context = await lendContext(browser, options);
  const front = await context.newPage();
  await withholdThirdPartyCookies(front);
  await front.goto(`${origin}/${how}?${new URLSearchParams({ address, policy })}`);
  if (how === 'frame' && origin === portal) await pressLinkButton(front.frameLocator('iframe'));
  return front;
}

/** Blocks cookies of framed pages from other sites, which most browsers do by default. */
async function withholdThirdPartyCookies(page: Page): Promise<void> {
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.setCookieControls', { enableThirdPartyCookieRestriction: true });
}

const heardBy = (front: Page) => front.evaluate<Heard[]>('heard');
const completed = { origin: publicUrl, data: { type: 'patchbay:connect', status: 'completed' } };

/** Waits for the popup that a front end opens. */
async function openPopup(front: Page): Promise<Page> {
  const opening = front.waitForEvent('popup');
  await front.getByRole('button').click();
  const popup = await opening;
  // The script presses the button when the browser knows that a click of the person led here.
  await popup.locator('[data-link="wait"], [data-origins]').waitFor();
  if ((await popup.locator('[data-link]').count()) > 0) await pressLinkButton(popup);
  return popup;
}

async function typeKey(page: Page | FrameLocator): Promise<void> {
  await page.getByLabel('API key').fill(canary());
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
}

/** Waits for the window of the provider until it asks for the consent. */
async function openApart(control: Locator): Promise<Page> {
  const opening = context.waitForEvent('page');
  await control.click();
  const own = await opening;
  await own.getByRole('link', { name: 'Allow as account A' }).waitFor();
  return own;
}

const allow = (own: Page, words = 'Allow as account A') =>
  own.getByRole('link', { name: words }).click();
const leaving = (page: Page | FrameLocator) =>
  page.getByRole('button', { name: 'Continue to Google' });

test('a popup notifies its front end and closes itself, with any opener policy of the provider', async () => {
  const front = await bring('popup', 'ann');
  const popup = await openPopup(front);
  await typeKey(popup);
  const own = await openApart(leaving(popup));
  expect(await own.evaluate('window.opener')).toBeNull();
  await popup.getByText('Continue in the window that opened').waitFor();
  await look(popup, 'popup-waiting');
  const closed = [own.waitForEvent('close'), popup.waitForEvent('close')];
  await allow(own);
  await Promise.all(closed);
  await front.waitForFunction('popup.closed && heard.at(-1).data.status === "completed"');
  expect((await heardBy(front)).at(-1)).toEqual(completed);
});

test('a front end with an origin that is not allowed is not notified', async () => {
  const front = await bring('popup', 'bob', { origin: 'https://stranger.test' });
  const popup = await openPopup(front);
  await typeKey(popup);
  const own = await openApart(leaving(popup));
  const closed = popup.waitForEvent('close');
  await allow(own);
  await closed;
  await front.waitForFunction('popup.closed');
  expect(await heardBy(front)).toEqual([]);
});

test('a refused consent can be tried again in the popup', async () => {
  const front = await bring('popup', 'cyd');
  const popup = await openPopup(front);
  await popup.getByText('Your calendar').click();
  const own = await openApart(leaving(popup));
  const closed = own.waitForEvent('close');
  await allow(own, 'Deny');
  await closed;
  const refused = popup.getByText('Google says that you did not allow access');
  await refused.waitFor();
  expect(await popup.locator('details[open].card').innerText()).toContain('Google says');
  await look(popup, 'popup-refused');
  const again = await openApart(leaving(popup));
  await allow(again);
  await popup.getByText('1 of 2 connected').waitFor();
});

test('a popup works when its front end is cut off from it', async () => {
  const front = await bring('popup', 'dee', { policy: 'same-origin' });
  const popup = await openPopup(front);
  await typeKey(popup);
  expect(await popup.evaluate('window.opener')).toBeNull();
  await leaving(popup).click();
  await allow(popup);
  await popup.getByRole('heading', { name: 'All set' }).waitFor();
});

test.each([{ scripts: true }, { scripts: false }])(
  'a frame opens its own window for a consent, and shows the result (scripts: $scripts)',
  async ({ scripts }) => {
    const front = await bring('frame', scripts ? 'eve' : 'eva', { scripts });
    const frame = front.frameLocator('iframe');
    await typeKey(frame);
    await leaving(frame).click();
    await frame.getByRole('heading', { name: 'Opening Google …' }).waitFor();
    const name = `frame-leaving${scripts ? '' : '-plain'}`;
    await look(front, name, { scripts, ...(scripts && { frame: front.frames()[1] }) });
    const own = await openApart(leaving(frame));
    const end = own.getByText('You can close this window');
    const ended = scripts ? own.waitForEvent('close') : end.waitFor();
    await allow(own);
    await ended;
    await frame.getByRole('heading', { name: 'All set' }).waitFor({ timeout: 60_000 });
    if (!scripts) return;
    await front.waitForFunction('heard.at(-1).data.status === "completed"');
    expect((await heardBy(front)).at(-1)).toEqual(completed);
  },
  120_000, // takes about 25 seconds without scripts on a free machine
);

test('a frame shows at once that a consent was denied in its window', async () => {
  const front = await bring('frame', 'hal');
  const frame = front.frameLocator('iframe');
  await typeKey(frame);
  await leaving(frame).click();
  await frame.getByRole('heading', { name: 'Opening Google …' }).waitFor();
  const own = await openApart(leaving(frame));
  await allow(own, 'Deny');
  await frame.getByText('Google says that you did not allow access').waitFor();
});

test('a frame shows that its session has ended', async () => {
  const front = await bring('frame', 'flo');
  const frame = front.frameLocator('iframe');
  await frame.getByLabel('API key').waitFor();
  await app.endSessions('flo');
  await frame.getByRole('button', { name: 'Connect', exact: true }).click();
  await frame.getByRole('heading', { name: 'Your session has ended' }).waitFor();
});

test('a click on a link of a page does not press a button', async () => {
  context = await lendContext(browser, { ignoreHTTPSErrors: true });
  const page = await context.newPage();
  await page.goto(`${portal}/cookie`);
  const link = `<a href="${await app.linkFor('ivo')}">Connect your accounts</a>`;
  await page.setContent(link);
  await page.getByRole('link').click();
  await page.getByLabel('API key').waitFor();
  expect(new URL(page.url()).search).toBe('');
  await page.goBack();
  expect(page.url()).toBe(`${portal}/cookie`);
});

test('text in another card of a frame is kept during a consent', async () => {
  const front = await bring('frame', 'jil');
  const frame = front.frameLocator('iframe');
  const typed = canary();
  await frame.getByLabel('API key').fill(typed);
  await frame.locator('summary').nth(-1).click();
  await leaving(frame).click();
  await frame.getByRole('heading', { name: 'Opening Google …' }).waitFor();
  const own = await openApart(leaving(frame));
  await allow(own);
  await frame.locator('.state.completed').waitFor();
  expect(await frame.getByLabel('API key').inputValue()).toBe(typed);
});

test('the browser of these tests sends frames of other sites no cookies', async () => {
  const front = await bring('frame', 'fay');
  const address = 'https://stranger.test/cookie';
  await front.goto(address);
  await front.reload();
  await front.getByText('Cookies: third=1').waitFor();
  await front.goto(`${portal}/frame?${new URLSearchParams({ address })}`);
  await front.frameLocator('iframe').getByText('Cookies: none').waitFor();
});

test('an origin that is not allowed cannot frame the page', async () => {
  const front = await bring('frame', 'gus', { origin: 'https://stranger.test' });
  const urls = () => front.frames().map((frame) => frame.url());
  await vi.waitFor(() => expect(urls()).toContain('chrome-error://chromewebdata/'));
});
