import type { Browser, BrowserContext, FrameLocator, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { canary } from '../../helpers/canary.ts';
import { google } from '../../helpers/connections.ts';
import type { OAuthProvider } from '../../helpers/oauth-provider.ts';
import { launchChromium } from '../browser/chromium.ts';
import { lendContext, takeBack } from '../browser/contexts.ts';
import { type FrontApp, makeFrontApp } from '../browser/front-app.ts';
import { type Heard, serveFrontEnd } from '../browser/front-ends.ts';
import { type HttpsHosts, startHttpsHosts } from '../browser/https-hosts.ts';
import { look } from '../browser/look.ts';
import { pressDoor } from '../browser/open-link.ts';
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

/** Has a front end bring the page of a user. */
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
  if (how === 'frame' && origin === portal) await pressDoor(front.frameLocator('iframe'));
  return front;
}

/** From what is framed there by another site; in most browsers it is so by itself. */
async function withholdThirdPartyCookies(page: Page): Promise<void> {
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.setCookieControls', { enableThirdPartyCookieRestriction: true });
}

const heardBy = (front: Page) => front.evaluate<Heard[]>('heard');
const completed = { origin: publicUrl, data: { type: 'patchbay:connect', status: 'completed' } };

/** The popup that a front end opened. */
async function openPopup(front: Page): Promise<Page> {
  const opening = front.waitForEvent('popup');
  await front.getByRole('button').click();
  const popup = await opening;
  // The script presses the button where the browser knows that the person's click led here.
  await popup.locator('[data-link="wait"], [data-origins]').waitFor();
  if ((await popup.locator('[data-link]').count()) > 0) await pressDoor(popup);
  return popup;
}

async function typeKey(page: Page | FrameLocator): Promise<void> {
  await page.getByLabel('API key').fill(canary());
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
}

/** The window that opens for the provider, once it asks for the consent. */
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

test('a popup tells its front end, and closes itself, whatever the provider cuts off', async () => {
  const front = await bring('popup', 'ann');
  const popup = await openPopup(front);
  await typeKey(popup);
  const own = await openApart(leaving(popup));
  expect(await own.evaluate('window.opener')).toBeNull();
  await popup.getByText('Go on in the window that has opened').waitFor();
  await look(popup, 'popup-waiting');
  const closed = [own.waitForEvent('close'), popup.waitForEvent('close')];
  await allow(own);
  await Promise.all(closed);
  await front.waitForFunction('popup.closed && heard.at(-1).data.status === "completed"');
  expect((await heardBy(front)).at(-1)).toEqual(completed);
});

test('a front end whose origin is not allowed is told nothing', async () => {
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

test('what was refused can be tried again in the popup', async () => {
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

test('a front end that is cut off from its popup has a page that works all the same', async () => {
  const front = await bring('popup', 'dee', { policy: 'same-origin' });
  const popup = await openPopup(front);
  await typeKey(popup);
  expect(await popup.evaluate('window.opener')).toBeNull();
  await leaving(popup).click();
  await allow(popup);
  await popup.getByRole('heading', { name: 'All set' }).waitFor();
});

test.each([{ scripts: true }, { scripts: false }])(
  'a frame leaves by a window of its own, and sees what came of it (scripts: $scripts)',
  async ({ scripts }) => {
    const front = await bring('frame', scripts ? 'eve' : 'eva', { scripts });
    const frame = front.frameLocator('iframe');
    await typeKey(frame);
    await leaving(frame).click();
    await frame.getByRole('heading', { name: 'On to Google …' }).waitFor();
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
  120_000, // without scripts it takes some 25 seconds when nothing else runs
);

test('a frame sees at once that a consent was denied in its window', async () => {
  const front = await bring('frame', 'hal');
  const frame = front.frameLocator('iframe');
  await typeKey(frame);
  await leaving(frame).click();
  await frame.getByRole('heading', { name: 'On to Google …' }).waitFor();
  const own = await openApart(leaving(frame));
  await allow(own, 'Deny');
  await frame.getByText('Google says that you did not allow access').waitFor();
});

test('a session that ends in a frame says so there', async () => {
  const front = await bring('frame', 'flo');
  const frame = front.frameLocator('iframe');
  await frame.getByLabel('API key').waitFor();
  await app.endSessions('flo');
  await frame.getByRole('button', { name: 'Connect', exact: true }).click();
  await frame.getByRole('heading', { name: 'Your session has ended' }).waitFor();
});

test('a person who clicks a link on a page does not press a button as well', async () => {
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

test('what is typed in another card of a frame is kept while a consent leaves it', async () => {
  const front = await bring('frame', 'jil');
  const frame = front.frameLocator('iframe');
  const typed = canary();
  await frame.getByLabel('API key').fill(typed);
  await frame.locator('summary').nth(-1).click();
  await leaving(frame).click();
  await frame.getByRole('heading', { name: 'On to Google …' }).waitFor();
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
