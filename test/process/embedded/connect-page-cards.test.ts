import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { canary } from '../../helpers/canary.ts';
import { newPrivateKey } from '../../helpers/private-key.ts';
import { makeEnvironment } from '../../helpers/process.ts';
import { type FrontApp, makeFrontApp } from '../browser/front-app.ts';
import { lookAtBothWidths } from '../browser/look.ts';
import { openLink } from '../browser/open-link.ts';
import { launchBrowser, openPage, publicUrl } from '../browser/pages.ts';
import { type BuiltServer, startBuiltServer } from '../built-server.ts';

/* What the script adds to the cards: pasted files, rows, the search, and a replacement. */

const types = [
  'PostgreSQL',
  'VertexAI',
  'Http',
  'OpenAI',
  'Anthropic',
  'Pinecone',
  'Tavily',
  'Neo4j',
  'Weaviate',
];

let server: BuiltServer;
let browser: Browser;
let app: FrontApp;
const ids = new Map<string, string>();

beforeAll(async () => {
  server = await startBuiltServer({ ...(await makeEnvironment()), PUBLIC_URL: publicUrl });
  app = await makeFrontApp(server, publicUrl, { accentColor: '#0b7a5e' });
  for (const type of types) {
    const spec = { type: `dynamiq.connections.${type}` };
    const description = 'See https://docs.example.com/keys for help.';
    ids.set(type, await app.ask({ title: `Your ${type}`, spec, description }));
  }
  browser = await launchBrowser(server.url);
}, 90_000);
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

async function open(userId: string, scripts = true) {
  const opened = await openPage(browser, { scripts });
  await openLink(opened.page, await app.linkFor(userId));
  const card = async (type: string) => {
    const found = opened.page.locator(`[id="${ids.get(type)}"]`);
    if ((await found.getAttribute('open')) === null) await found.locator('summary').first().click();
    return found;
  };
  return { ...opened, card };
}

test('a pasted connection string fills the fields at once, and is not kept', async () => {
  const { page, card, close } = await open('ann');
  const form = await card('PostgreSQL');
  const password = canary();
  await form.getByLabel('Connection string').fill(`postgresql://ann:${password}@db.test:5433/shop`);
  expect(await form.locator('[name=paste]').inputValue()).toBe('');
  expect(await form.locator('[name="config.host"]').inputValue()).toBe('db.test');
  expect(await form.locator('[name="config.port"]').inputValue()).toBe('5433');
  expect(await form.locator('[name="config.password"]').inputValue()).toBe(password);
  await form.getByText('The fields below are filled in.').waitFor();
  await form.locator('[name="config.password"]').fill('');
  await lookAtBothWidths(page, 'pasted');
  await close();
});

test('a chosen JSON file fills the fields, and one that does not fit says so', async () => {
  const { page, card, close } = await open('bea');
  const form = await card('VertexAI');
  const file = (content: string) => ({
    name: 'account.json',
    mimeType: 'application/json',
    buffer: Buffer.from(content),
  });
  await form.locator('input[type=file]').setInputFiles(file('{"other": 1}'));
  await form.getByText('Nothing in this text fits').waitFor();
  const content = { client_email: 'bot@example.com', private_key: newPrivateKey() };
  await form.locator('input[type=file]').setInputFiles(file(JSON.stringify(content)));
  await form.getByText('The fields below are filled in.').waitFor();
  expect(await form.locator('[name="config.client_email"]').inputValue()).toBe('bot@example.com');
  const key = form.locator('[name="config.private_key"]');
  expect(await key.inputValue()).toBe(content.private_key);
  await key.fill('');
  await lookAtBothWidths(page, 'json-file');
  await close();
});

test('rows of headers are added and removed', async () => {
  const { page, card, close } = await open('cem');
  const form = await card('Http');
  await form.locator('details.more > summary').click();
  const rows = form.locator('.row');
  expect(await rows.count()).toBe(1);
  await rows.first().locator('input').first().fill('X-One');
  await form.getByRole('button', { name: 'Add a row' }).click();
  await page.keyboard.type('X-Two');
  expect(await rows.count()).toBe(2);
  await lookAtBothWidths(page, 'rows');
  await form.getByRole('button', { name: 'Remove' }).first().click();
  expect(await rows.count()).toBe(1);
  expect(await rows.first().locator('input').first().inputValue()).toBe('X-Two');
  await close();
});

test('the search hides cards while a person types, and keeps what is typed in them', async () => {
  const { page, card, complaints, close } = await open('dee');
  const typed = canary();
  await (await card('OpenAI')).getByLabel('API key').fill(typed);
  await page.getByLabel('Search').fill('pine');
  expect(await page.locator('[data-find]:visible').count()).toBe(1);
  expect(await page.locator('.group:visible').count()).toBe(1);
  await page.getByLabel('Search').fill('nothing like it');
  await page.getByText('Nothing matches your search.').waitFor();
  await page.getByLabel('Search').fill('');
  expect(await (await card('OpenAI')).getByLabel('API key').inputValue()).toBe(typed);
  await (await card('OpenAI')).getByLabel('API key').fill('');
  await lookAtBothWidths(page, 'grouped');
  expect(complaints).toEqual([]);
  await close();
});

test.each([true, false])(
  'a connected card shows the day and is replaced (scripts: %s)',
  async (scripts) => {
    const { page, card, close } = await open(`eli-${scripts}`, scripts);
    const connect = async () => {
      const form = await card('OpenAI');
      await form.getByLabel('API key').fill(canary());
      await form.getByRole('button', { name: 'Connect', exact: true }).click();
      await page.getByText('OpenAI is connected.').waitFor();
    };
    await connect();
    const form = await card('OpenAI');
    await form.getByText('Connected on').waitFor();
    await form.getByText('Replace').click();
    if (scripts) await lookAtBothWidths(page, 'replace');
    await connect();
    await close();
  },
);

test('without script a long list is searched, and four headers fit in the rows', async () => {
  const { page, card, close } = await open('fay', false);
  await page.getByLabel('Search').fill('your http');
  await page.getByRole('button', { name: 'Search' }).click();
  expect(await page.locator('[data-find]').count()).toBe(1);
  expect(await (await card('Http')).locator('.row').count()).toBe(4);
  await page.getByRole('link', { name: 'Show all' }).click();
  expect(await page.locator('[data-find]').count()).toBe(types.length);
  await close();
});
