import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canary } from '../../helpers/canary.ts';
import { makeFrontApp } from '../browser/front-app.ts';
import { look, lookAtBothWidths } from '../browser/look.ts';
import { openLink } from '../browser/open-link.ts';
import { type Mode, openPages, type Pages, publicUrl, returnUrl } from '../browser/pages.ts';

/* A person connects accounts in a browser. */

const modes = [
  { name: 'phone-light-en', width: 360, colorScheme: 'light', locale: 'en-GB', scripts: true },
  { name: 'desk-dark-de', width: 1280, colorScheme: 'dark', locale: 'de-DE', scripts: true },
  { name: 'phone-dark-de-plain', width: 360, colorScheme: 'dark', locale: 'de-DE', scripts: false },
  {
    name: 'desk-light-en-plain',
    width: 1280,
    colorScheme: 'light',
    locale: 'en-GB',
    scripts: false,
  },
] as const;

const english = {
  key: 'API key',
  connect: 'Connect',
  google: 'Continue to Google',
  done: 'All set',
  disconnect: 'Disconnect',
  keep: 'Keep it',
  blank: 'Enter your API key.',
  title: 'Connect to Travel desk',
  back: 'Back to Travel desk',
  more: 'More settings',
  ended: 'Your session has ended',
};
const german: typeof english = {
  key: 'API-Schlüssel',
  connect: 'Verbinden',
  google: 'Weiter zu Google',
  done: 'Alles erledigt',
  disconnect: 'Trennen',
  keep: 'Behalten',
  blank: 'Füllen Sie „API-Schlüssel“ aus.',
  title: 'Mit Travel desk verbinden',
  back: 'Zurück zu Travel desk',
  more: 'Weitere Einstellungen',
  ended: 'Ihre Sitzung ist beendet',
};

let pages: Pages;
beforeAll(async () => {
  pages = await openPages();
}, 90_000);
afterAll(() => pages?.close());

const openPage = (mode?: Partial<Mode>) => pages.openPage(mode);
const linkFor = (userId: string) => pages.app.linkFor(userId);

test.each([true, false])(
  'a link that opens without a click waits for its button, and leaves no token behind (scripts: %s)',
  async (scripts) => {
    const { page, complaints, close } = await openPage({ scripts });
    await page.goto(await linkFor(`ada-${scripts}`));
    const button = page.getByRole('button');
    expect(await button.allInnerTexts()).toEqual(['Continue']);
    if (scripts) await lookAtBothWidths(page, 'link');
    await page.reload();
    await button.click();
    await page.getByLabel('API key').waitFor();
    expect(new URL(page.url()).search).toBe('');
    await page.goBack();
    if (scripts) expect(page.url()).toBe('about:blank');
    else await page.getByLabel('API key').waitFor(); // the link leads to its session again
    expect(complaints).toEqual([]);
    await close();
  },
);

describe.each(modes)('a person who fulfils all requirements ($name)', (mode) => {
  const words = mode.locale === 'de-DE' ? german : english;

  test('goes from the link to “all set”', async () => {
    const { page, complaints, close } = await openPage(mode);
    const picture = (name: string) => look(page, `${mode.name}-${name}`, mode);
    await openLink(page, await linkFor(`ann-${mode.name}`));
    expect(new URL(page.url()).search).toBe('');
    await page.getByRole('heading', { level: 1, name: words.title }).waitFor();
    expect(await page.locator('details[open].card').count()).toBe(1);
    await picture('1-start');

    await page.getByRole('button', { name: words.connect, exact: true }).click();
    await page.getByText(words.blank).waitFor();
    await page.locator('[name="config.api_key"]:focus').waitFor();
    await picture('2-refused');

    await page.keyboard.type(canary());
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: words.google }).waitFor();
    await picture('3-half');

    await page.getByRole('button', { name: words.google }).click();
    await page.getByRole('heading', { name: words.done }).waitFor();
    await picture('4-done');
    const back = page.getByRole('link', { name: words.back });
    expect(await back.getAttribute('href')).toBe(returnUrl);

    await page.locator('summary').first().click();
    await page.getByRole('link', { name: words.disconnect }).first().click();
    await picture('5-disconnect');
    await page.getByRole('button', { name: words.disconnect }).click();
    await page.getByLabel(words.key).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });
});

test('a secret is shown and hidden, and more settings open, by keyboard alone', async () => {
  const { page, close } = await openPage();
  await openLink(page, await linkFor('ben'));
  const focused = () =>
    page.evaluate('document.activeElement.id || document.activeElement.textContent');
  const order: unknown[] = [];
  for (let press = 0; press < 6; press += 1) {
    await page.keyboard.press('Tab');
    order.push(await focused());
  }
  expect(order).toEqual([
    expect.stringContaining('Your OpenAI key'),
    'Find this at OpenAI',
    expect.stringMatching(/-api_key$/),
    'Show',
    'More settings',
    'Connect',
  ]);
  const input = page.getByLabel('API key');
  await input.fill('typed');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  expect(await input.getAttribute('type')).toBe('text');
  await page.keyboard.press('Enter');
  expect(await input.getAttribute('type')).toBe('password');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  expect(await page.locator('details.more').getAttribute('open')).not.toBeNull();
  await look(page, 'more-settings');
  await close();
});

test('a refusal by the provider is shown', async () => {
  pages.provider.set({ consent: 'deny' });
  const { page, close } = await openPage();
  await openLink(page, await linkFor('cay'));
  await page.locator('summary').nth(-1).click();
  await page.getByRole('button', { name: 'Continue to Google' }).click();
  await page.getByRole('alert').waitFor();
  expect(await page.getByRole('alert').innerText()).toMatch(
    /^Google says that you did not allow access\. Nothing was changed\. Its message: “/,
  );
  await look(page, 'provider-refused');
  pages.provider.reset();
  await close();
});

test('text in another card survives a refusal and a success, and a reload repeats no request', async () => {
  const app = await makeFrontApp(pages.server, publicUrl);
  const [first, second] = [await app.ask({ title: 'One' }), await app.ask({ title: 'Two' })];
  const { page, complaints, close } = await openPage();
  await openLink(page, await app.linkFor('fin'));
  const cards = [first, second].map((id) => page.locator(`[id="${id}"]`));
  const [one, two] = [cards[0] ?? page.locator('x'), cards[1] ?? page.locator('x')];
  const typed = canary();
  await two.locator('summary').first().click();
  await two.getByLabel('API key').fill(typed);
  const save = one.getByRole('button', { name: 'Connect', exact: true });
  await save.click();
  await one.getByText('Enter your API key.').waitFor();
  expect(await page.evaluate('document.activeElement.id')).toBe(`${first}-api_key`);
  expect(await two.getByLabel('API key').inputValue()).toBe(typed);
  await lookAtBothWidths(page, 'two-cards-refused');

  await one.getByLabel('API key').fill(canary());
  await save.click();
  await one.locator('.completed').waitFor();
  expect(await two.getByLabel('API key').inputValue()).toBe(typed);
  const focused = await page.evaluate(
    '[document.activeElement.closest("details").id, document.activeElement.getAttribute("aria-describedby")]',
  );
  expect(focused).toEqual([first, `${first}-notice`]);
  expect(await page.locator(`[id="${first}-notice"]`).innerText()).toBe('OpenAI is connected.');
  await lookAtBothWidths(page, 'two-cards-one-done');

  const kept = await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }])');
  expect(kept).toBe('[{},{}]');
  expect(complaints).toEqual([]);
  await close();
});

test.each([true, false])('a reload after an error is a GET (scripts: %s)', async (scripts) => {
  const { page, close } = await openPage({ scripts });
  await openLink(page, await linkFor(`gil-${scripts}`));
  await page.getByLabel('API key').fill(' ');
  await page.getByText('More settings').first().click();
  await page.getByLabel('URL').fill('nowhere');
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await page.getByText('Enter your API key.').waitFor();
  const methods: string[] = [];
  page.on('request', (request) => methods.push(request.method()));
  await page.reload();
  await page.getByText('Enter your API key.').waitFor();
  expect(await page.getByLabel('URL').inputValue()).toBe('nowhere');
  expect([...new Set(methods)]).toEqual(['GET']);
  await close();
});

test('a consent opens its own window when text in another card would be lost', async () => {
  const { page, context, close } = await openPage();
  await openLink(page, await linkFor('ida'));
  const typed = canary();
  await page.getByLabel('API key').fill(typed);
  await page.locator('summary').nth(-1).click();
  pages.provider.set({ consent: 'deny' });
  const opening = context.waitForEvent('page');
  await page.getByRole('button', { name: 'Continue to Google' }).click();
  const refused = await opening;
  await page.getByText('Google says that you did not allow access').waitFor();
  if (!refused.isClosed()) await refused.waitForEvent('close');
  pages.provider.reset();
  await page.getByRole('button', { name: 'Continue to Google' }).click();
  await page.locator('.completed').first().waitFor();
  expect(await page.getByLabel('API key').inputValue()).toBe(typed);
  await close();
});

test('text in another card survives a disconnection, and a cancelled one', async () => {
  const app = await makeFrontApp(pages.server, publicUrl);
  for (const title of ['One', 'Two']) await app.ask({ title });
  const { page, complaints, close } = await openPage();
  await openLink(page, await app.linkFor('jan'));
  await page.getByLabel('API key').first().fill(canary());
  await page.getByRole('button', { name: 'Connect', exact: true }).first().click();
  await page.locator('.state.completed').waitFor();
  const typed = canary();
  await page.getByLabel('API key').nth(1).fill(typed);
  const disconnect = page.getByRole('link', { name: 'Disconnect' });
  await page.locator('summary').first().click();
  await disconnect.click();
  await page.getByRole('link', { name: 'Keep it' }).click();
  expect(await page.getByLabel('API key').nth(1).inputValue()).toBe(typed);
  await page.locator('summary').first().click();
  await disconnect.click();
  await page.getByRole('button', { name: 'Disconnect' }).click();
  await page.getByText('0 of 2 connected').waitFor();
  expect(await page.getByLabel('API key').nth(1).inputValue()).toBe(typed);
  expect(complaints).toEqual([]);
  await close();
});

test('the page says that the browser blocked a window before text in another card is lost', async () => {
  const { page, close } = await openPage();
  await page.addInitScript('window.open = () => null');
  await openLink(page, await linkFor('kai'));
  const typed = canary();
  await page.getByLabel('API key').fill(typed);
  await page.locator('summary').nth(-1).click();
  const leaving = page.getByRole('button', { name: 'Continue to Google' });
  await leaving.click();
  await page.getByText('Your browser did not open a new window').waitFor();
  expect(await page.getByLabel('API key').inputValue()).toBe(typed);
  await leaving.click();
  await page.locator('.state.completed').waitFor();
  await close();
});

test('a page without network says so, keeps the typed text, and continues afterwards', async () => {
  const { page, context, close } = await openPage();
  await page.goto(await linkFor('lea'));
  await context.setOffline(true);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByText('We cannot be reached right now').waitFor();
  await context.setOffline(false);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByLabel('API key').fill(canary());
  await context.setOffline(true);
  const save = page.getByRole('button', { name: 'Connect', exact: true });
  await save.click();
  await page.getByText('We cannot be reached right now').waitFor();
  await context.setOffline(false);
  await save.click();
  await page.locator('.state.completed').waitFor();
  await close();
});

test('a link says that another browser opened it first when its button is pressed', async () => {
  const [late, early] = [await openPage(), await openPage({ width: 1280 })];
  const address = await linkFor('max');
  await late.page.goto(address);
  await openLink(early.page, address);
  await late.page.getByRole('button', { name: 'Continue' }).click();
  await late.page.getByRole('heading', { name: 'This link was already opened' }).waitFor();
  expect(await late.page.evaluate('document.activeElement.tagName')).toBe('H1');
  expect(await late.page.getByRole('button').count()).toBe(0);
  await look(late.page, 'opened-elsewhere');
  await late.close();
  await early.close();
});

test('a bad link and an ended session each have a page', async () => {
  const { page, close } = await openPage({ locale: 'de-DE' });
  await page.goto(`${publicUrl}/connect?token=none`);
  await look(page, 'bad-link');
  await openLink(page, await linkFor('dov'));
  await pages.app.endSessions('dov');
  await page.reload();
  await page.getByText(german.ended).waitFor();
  await look(page, 'ended');
  await close();
});

test('a second user in one browser is asked before the page opens', async () => {
  const { page, close } = await openPage();
  await openLink(page, await linkFor('eli'));
  await openLink(page, await linkFor('fee'));
  await look(page, 'switch');
  await page.getByRole('button', { name: 'Yes, continue' }).click();
  await page.getByLabel('API key').waitFor();
  await close();
});

const hostile = '<script>alert(1)</script>\u202e"\'& ';
const fill = (length: number) => hostile.padEnd(length, 'n');

test('hostile names are shown as text and stay within the page', async () => {
  const displayName = fill(120);
  const app = await makeFrontApp(pages.server, publicUrl, { displayName }, fill(120));
  await app.ask({ title: fill(200), description: fill(2_000) });
  const { page, complaints, close } = await openPage();
  await openLink(page, await app.linkFor(fill(255)));
  expect(await page.locator('script:not([src])').count()).toBe(0);
  await page.getByText('<script>alert(1)</script>').first().waitFor();
  await look(page, 'hostile');
  expect(complaints).toEqual([]);
  await close();
});

test('the words of a provider are shown as text and stay within the page', async () => {
  pages.provider.set({ consent: 'deny', denial: fill(5_000) });
  const { page, complaints, close } = await openPage();
  await openLink(page, await linkFor('hal'));
  await page.locator('summary').nth(-1).click();
  await page.getByRole('button', { name: 'Continue to Google' }).click();
  await page.getByRole('alert').waitFor();
  expect(await page.locator('script:not([src])').count()).toBe(0);
  await look(page, 'hostile-provider');
  expect(complaints).toEqual([]);
  pages.provider.reset();
  await close();
});

test('a first visit takes less than 40 KB, in two pages with a stylesheet, a script and the logos', async () => {
  const { page, close } = await openPage();
  let bytes = 0;
  const requested: string[] = [];
  page.on('response', async (response) => {
    requested.push(new URL(response.url()).pathname.replace(/[\da-f-]{16,}/, '…'));
    bytes += (await response.body().catch(() => Buffer.alloc(0))).length;
  });
  await openLink(page, await linkFor('gus'));
  await page.waitForLoadState('networkidle');
  const assets = ['/connect/assets/….css', '/connect/assets/….js'];
  const logos = ['OpenAI', 'GoogleOAuth2'].map(
    (name) => `/v1/connection-types/dynamiq.connections.${name}/logo.svg`,
  );
  const expected = ['/connect', '/connect/…', ...assets, ...logos];
  expect([...new Set(requested)].sort()).toEqual(expected.sort());
  expect(bytes).toBeLessThan(40_000);
  await close();
});
