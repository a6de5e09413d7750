import pg from 'pg';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startMigratedCluster } from '../../helpers/migrated-cluster.ts';
import { environmentOn } from '../../helpers/process.ts';
import type { Cluster } from '../../setup/cluster.ts';
import { administer } from '../../setup/postgresql.ts';
import { type FrontApp, makeFrontApp } from '../browser/front-app.ts';
import { look, lookAtBothWidths } from '../browser/look.ts';
import { openLink } from '../browser/open-link.ts';
import { launchBrowser, openPage, publicUrl } from '../browser/pages.ts';
import { type BuiltServer, startBuiltServer } from '../built-server.ts';

/* The connect page with a database that is down, or that holds values which no API accepts. */

let cluster: Cluster;
let server: BuiltServer;
let browser: Browser;
let app: FrontApp;

beforeAll(async () => {
  cluster = await startMigratedCluster();
  server = await startBuiltServer({ ...environmentOn(cluster.url()), PUBLIC_URL: publicUrl });
  app = await makeFrontApp(server, publicUrl);
  await app.ask({ title: 'Your key' });
  browser = await launchBrowser(server.url);
}, 90_000);

afterAll(async () => {
  await browser?.close();
  await server?.close();
  await cluster?.stop();
});

test('names of 5,000 characters are shown as text and stay within the page', async () => {
  const long = pg.escapeLiteral('<script>alert(1)</script>\u202e"\'& '.padEnd(5_000, 'n'));
  await administer(cluster.url(), `UPDATE app SET name = ${long}`);
  await administer(cluster.url(), `UPDATE requirement SET title = ${long}, description = ${long}`);
  const { page, complaints, close } = await openPage(browser, {});
  await openLink(page, await app.linkFor('ann'));
  await page.getByText('<script>alert(1)</script>').first().waitFor();
  expect(await page.locator('script:not([src])').count()).toBe(0);
  await lookAtBothWidths(page, 'hostile');
  expect(complaints).toEqual([]);
  await close();
});

test('the page for a database that is down is accessible', async () => {
  const { page, close } = await openPage(browser, {});
  await openLink(page, await app.linkFor('bea'));
  await cluster.crash();
  await page.reload();
  await page.getByRole('heading', { name: 'We cannot be reached right now' }).waitFor();
  await look(page, 'unavailable');
  await cluster.restart();
  await page.reload();
  await page.getByLabel('API key').waitFor();
  await close();
});
