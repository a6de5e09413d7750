import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { makeEnvironment } from '../../helpers/process.ts';
import { type Pipedream, startPipedream } from '../../helpers/providers/pipedream.ts';
import { launchChromium } from '../browser/chromium.ts';
import { lendContext, takeBack } from '../browser/contexts.ts';
import { type FrontApp, makeFrontApp } from '../browser/front-app.ts';
import { type HttpsHosts, startHttpsHosts } from '../browser/https-hosts.ts';
import { look } from '../browser/look.ts';
import { openLink } from '../browser/open-link.ts';
import { type BuiltServer, startBuiltServer } from '../built-server.ts';

/* An account at Pipedream appears some time after the person has come back. */

const publicUrl = 'https://patchbay.test';

let pipedream: Pipedream;
let server: BuiltServer;
let hosts: HttpsHosts;
let browser: Browser;
let context: BrowserContext;
let app: FrontApp;

beforeAll(async () => {
  pipedream = await startPipedream();
  pipedream.set({ webhooks: 'lost' });
  const environment = { ...(await makeEnvironment()), PUBLIC_URL: publicUrl };
  server = await startBuiltServer({ ...environment, ...pipedream.env });
  app = await makeFrontApp(server, publicUrl);
  await app.ask({ kind: 'PIPEDREAM_ACCOUNT', title: 'Your mail', spec: { app_slug: 'gmail' } });
  hosts = await startHttpsHosts(
    { host: 'patchbay.test', url: server.url },
    {
      'pipedream.test': ({ url = '', headers }, response) => {
        if (url === '/favicon.ico') return void response.end();
        const { successUri = '' } = pipedream.linkOf(`https://${headers.host}${url}`);
        const href = successUri.replaceAll('&', '&amp;');
        response.setHeader('content-type', 'text/html');
        response.end(`<!doctype html><title>Pipedream</title><a href="${href}">Go back</a>`);
      },
    },
  );
  browser = await launchChromium(hosts.resolverRules);
}, 90_000);

afterEach(() => context && takeBack(context));

afterAll(async () => {
  await browser?.close();
  await hosts?.stop();
  await server?.close();
  await pipedream?.stop();
});

/** Opens a page that waits for an account; returns it with the link that connects the account. */
async function wait(userId: string, scripts: boolean) {
  const options = { ignoreHTTPSErrors: true, javaScriptEnabled: scripts };
  context = await lendContext(browser, { ...options, viewport: { width: 360, height: 740 } });
  const page = await context.newPage();
  await openLink(page, await app.linkFor(userId));
  await page.getByRole('button', { name: 'Continue to gmail' }).click();
  await page.getByRole('link', { name: 'Go back' }).waitFor();
  const link = page.url();
  await page.getByRole('link', { name: 'Go back' }).click();
  await page.getByText('Waiting for confirmation').waitFor();
  return { page, link };
}

test('a waiting page shows the account by itself without a reload', async () => {
  const { page, link } = await wait('ann', true);
  await look(page, 'waiting');
  let loads = 0;
  page.on('framenavigated', () => {
    loads += 1;
  });
  const looks = () => page.waitForResponse((response) => response.url().endsWith('/status'));
  await looks();
  await looks();
  expect(loads).toBe(0);
  await pipedream.connect(link);
  await page.getByRole('heading', { name: 'All set' }).waitFor();
  expect(loads).toBe(1);
  expect(pipedream.accounts.length).toBeGreaterThan(0);
});

test('a waiting page shows the account by itself without a script', async () => {
  const { page, link } = await wait('bea', false);
  await look(page, 'waiting-plain', { scripts: false });
  await pipedream.connect(link);
  await page.getByRole('heading', { name: 'All set' }).waitFor();
  expect(pipedream.accounts.length).toBeGreaterThan(0);
});

test('a waiting page says when its session has ended', async () => {
  const { page } = await wait('dee', true);
  await app.endSessions('dee');
  await page.getByRole('heading', { name: 'Your session has ended' }).waitFor();
});
