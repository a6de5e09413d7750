import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canary } from '../../helpers/canary.ts';
import { newPrivateKey } from '../../helpers/private-key.ts';
import { makeEnvironment } from '../../helpers/process.ts';
import { resolve } from '../../helpers/resolve.ts';
import { type FrontApp, makeFrontApp } from '../browser/front-app.ts';
import { look } from '../browser/look.ts';
import { openLink } from '../browser/open-link.ts';
import { launchBrowser, openPage, publicUrl } from '../browser/pages.ts';
import { type BuiltServer, startBuiltServer } from '../built-server.ts';

/* The most different forms in a browser: a rule, a key of several lines, headers, choices, checkboxes, a time. */

const types = [
  'AWS',
  'VertexAI',
  'Http',
  'SteelBrowser',
  'AWSNeptune',
  'PipedreamOAuth2',
  'MCPSse',
];

const modes = [
  { name: 'phone-dark-de', width: 360, colorScheme: 'dark', locale: 'de-DE', refused: 'AWS' },
  { name: 'desk-light-en', width: 1280, colorScheme: 'light', locale: 'en-GB', refused: 'Http' },
] as const;

let server: BuiltServer;
let browser: Browser;
let app: FrontApp;
const requirements = new Map<string, string>();

beforeAll(async () => {
  server = await startBuiltServer({ ...(await makeEnvironment()), PUBLIC_URL: publicUrl });
  app = await makeFrontApp(server, publicUrl);
  for (const type of types) {
    const spec = { type: `dynamiq.connections.${type}` };
    requirements.set(type, await app.ask({ title: `Your ${type}`, spec }));
  }
  browser = await launchBrowser(server.url);
}, 90_000);

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

async function goTo(page: Page, userId: string): Promise<void> {
  await openLink(page, await app.linkFor(userId));
}

/** Opens every closed section. */
async function unfold(page: Page): Promise<void> {
  await page.locator('details').evaluateAll((all) => {
    for (const one of all) one.setAttribute('open', '');
  });
}

const cardOf = (page: Page, type: string) => page.locator(`[id="${requirements.get(type)}"]`);

const controls = 'main :is(input:not([type=hidden]), select, textarea)';

/** Returns the ids that the Tab key reaches, in order, within the largest possible number of presses. */
async function reachedByTab(page: Page): Promise<unknown> {
  const stops = await page.locator(`${controls}, button, summary, a`).count();
  await page.evaluate(
    'window.reached = []; document.addEventListener("focusin", ({ target }) => reached.push(target.id))',
  );
  for (let press = 0; press < stops; press += 1) await page.keyboard.press('Tab');
  return page.evaluate('reached.filter((id) => id !== "")');
}

describe.each(modes)('the forms ($name)', (mode) => {
  test('are complete, fit the page, work by keyboard, and say what is missing', async () => {
    const { page, complaints, close } = await openPage(browser, mode);
    await goTo(page, `ann-${mode.name}`);
    await unfold(page);
    await look(page, `${mode.name}-forms`);
    const all = await page.locator(controls).evaluateAll((found) => found.map(({ id }) => id));
    const drawn = all.filter((id) => id !== ''); // only the first input of a row has an id
    expect(drawn.length).toBeGreaterThan(40);
    expect(await reachedByTab(page)).toEqual(drawn);

    const type = mode.refused;
    await cardOf(page, type).locator('button.main').click();
    await page.getByRole('alert').waitFor();
    const focused = await page.evaluate('document.activeElement.getAttribute("aria-invalid")');
    expect(focused).toBe('true');
    const isGerman = mode.locale === 'de-DE';
    expect(await page.locator('[lang=en], main [lang=de]').count()).toBe(isGerman ? 0 : 1); // html
    await look(page, `${mode.name}-refused-${type}`);
    expect(complaints).toEqual([]);
    await close();
  });
});

test.each([true, false])(
  'a refused form does not keep the secret (scripts: %s)',
  async (scripts) => {
    const { page, close } = await openPage(browser, { scripts });
    await goTo(page, `dov-${scripts}`);
    const card = cardOf(page, 'AWS');
    await unfold(page);
    const secret = card.locator('[name="config.secret_access_key"]');
    const typed = canary();
    await secret.fill(typed);
    await card.locator('button.main').click();
    await page.getByRole('alert').waitFor();
    expect(await secret.inputValue()).toBe('');
    expect(await page.content()).not.toContain(typed);
    await close();
  },
);

test('a pasted key keeps its lines, and is hidden when its field loses the focus', async () => {
  const { page, close } = await openPage(browser, {});
  await goTo(page, 'cay');
  await cardOf(page, 'VertexAI').locator('summary').first().click();
  const key = cardOf(page, 'VertexAI').getByLabel('Private key', { exact: false }).first();
  const pem = newPrivateKey();
  await key.focus();
  await page.keyboard.insertText(pem);
  const masked = () =>
    key.evaluate((one) => getComputedStyle(one).getPropertyValue('-webkit-text-security'));
  expect(await masked()).toBe('none');
  await cardOf(page, 'VertexAI').getByLabel('Vertex project ID').fill('p');
  expect(await masked()).toBe('disc');
  await cardOf(page, 'VertexAI').getByLabel('Vertex project location').fill('eu');
  await page.keyboard.press('Enter');
  await page.locator('.state.completed').waitFor();
  const references = [{ requirementId: requirements.get('VertexAI') }];
  const [item] = await resolve(server, { appId: app.id, userId: 'cay', references });
  expect(item?.config).toMatchObject({ private_key: pem });
  await close();
});
