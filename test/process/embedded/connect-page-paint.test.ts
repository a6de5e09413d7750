import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { english } from '../../../src/edge/connect-page/words/words.en.ts';
import { canary } from '../../helpers/canary.ts';
import { look, lookAtBothWidths } from '../browser/look.ts';
import { openLink } from '../browser/open-link.ts';
import { type Mode, openPages, type Pages, publicUrl } from '../browser/pages.ts';

/* The pages are drawn at once, nothing moves on them, and they are accessible. */

const drawn = '<circle cx="45" cy="45" r="45" fill="#0b7a5e"/>';
const logo = `<svg xmlns="http://www.w3.org/2000/svg" width="90" height="90">${drawn}</svg>`;

let pages: Pages;
beforeAll(async () => {
  pages = await openPages({ logoUrl: 'https://logo.test/of.svg' });
}, 90_000);
afterAll(() => pages?.close());

async function openPage(mode?: Partial<Mode>) {
  const opened = await pages.openPage(mode);
  const body = { contentType: 'image/svg+xml', body: logo };
  await opened.context.route('https://logo.test/*', (route) => route.fulfill(body));
  return opened;
}

/** Returns the layout shift since the page began (the Layout Instability API). */
const shiftOf = (page: Page) =>
  page.evaluate<number>(`new Promise((resolve) => {
    let sum = 0;
    const add = (list) => { for (const { value } of list.getEntries()) sum += value; };
    new PerformanceObserver(add).observe({ type: 'layout-shift', buffered: true });
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => resolve(sum))));
  })`);

const blockingOf = (page: Page) =>
  page.evaluate<string[]>(`performance.getEntriesByType('resource')
    .filter((one) => one.renderBlockingStatus === 'blocking')
    .map((one) => one.name.replace(/[\\da-f]{16}/, '…'))`);

test.each([360, 1280])(
  'the page does not shift, and only the stylesheet blocks it (%i)',
  async (width) => {
    const { page, close } = await openPage({ width });
    const stylesheet = [`${publicUrl}/connect/assets/….css`];
    const isCalm = async () => {
      await page.waitForLoadState('networkidle');
      expect([await shiftOf(page), await blockingOf(page)]).toEqual([0, stylesheet]);
    };
    await openLink(page, await pages.app.linkFor(`ann-${width}`));
    await isCalm();
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await page.getByText('Enter your API key.').waitFor();
    await isCalm();
    await page.getByLabel('API key').fill(canary());
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await page.getByText('1 of 2 connected').waitFor();
    await isCalm();
    await page.getByRole('button', { name: 'Continue to Google' }).click();
    await page.getByRole('heading', { name: 'All set' }).waitFor();
    await isCalm();
    await close();
  },
);

/** Presses the Tab key until the element called `name` has the focus. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let press = 0; press < 20; press += 1) {
    await page.keyboard.press('Tab');
    const called = await page.evaluate<string>(
      '(document.activeElement.labels?.[0] ?? document.activeElement).textContent.trim()',
    );
    if (called.startsWith(name)) return;
  }
  throw new Error(`Nothing called “${name}” is reached.`);
}

test.each([{ scripts: true }, { scripts: 'blocked' as const }])(
  'a person fulfils all requirements by keyboard alone (scripts: $scripts)',
  async ({ scripts }) => {
    const { page, close } = await openPage({ scripts });
    await openLink(page, await pages.app.linkFor(`bea-${scripts}`));
    await tabTo(page, 'API key');
    await page.keyboard.press('Enter');
    await page.getByText('Enter your API key.').waitFor();
    await page.locator('[name="config.api_key"]:focus').waitFor();
    await page.keyboard.type(canary());
    await page.keyboard.press('Enter');
    await page.getByText('1 of 2 connected').waitFor();
    await tabTo(page, 'Continue to Google');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'All set' }).waitFor();
    await tabTo(page, 'Your OpenAI key');
    await page.keyboard.press('Enter');
    await tabTo(page, 'Disconnect');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Disconnect “Your OpenAI key”?' }).waitFor();
    await tabTo(page, 'Disconnect');
    await page.keyboard.press('Enter');
    await page.getByLabel('API key').waitFor();
    await close();
  },
);

test('the list is accessible when its script does not load', async () => {
  const { page, close } = await openPage({ scripts: 'blocked' });
  const picture = (name: string) => look(page, `unscripted-${name}`);
  await openLink(page, await pages.app.linkFor('cyd'));
  await picture('start');
  await page.getByText('More settings').click();
  await picture('more-settings');
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await page.getByText('Enter your API key.').waitFor();
  await picture('refused');
  await page.getByLabel('API key').fill(canary());
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await page.getByText('1 of 2 connected').waitFor();
  await picture('half');
  await page.getByRole('button', { name: 'Continue to Google' }).click();
  await page.getByRole('heading', { name: 'All set' }).waitFor();
  await picture('done');
  await page.locator('summary').first().click();
  await page.getByRole('link', { name: 'Disconnect' }).first().click();
  await picture('disconnect');
  await close();
});

const modes: (Partial<Mode> & { name: string })[] = [
  { name: 'light-en', colorScheme: 'light', locale: 'en-GB', scripts: 'blocked' },
  { name: 'dark-de', colorScheme: 'dark', locale: 'de-DE', scripts: 'blocked' },
];

describe.each(modes)('every other page is accessible ($name)', (mode) => {
  const google = mode.locale === 'de-DE' ? 'Weiter zu Google' : 'Continue to Google';

  test('at the end of a consent in its own window', async () => {
    const { page, close } = await openPage(mode);
    for (const [name, query] of [
      ['connected', 'status=success'],
      ['refused', 'status=error&error=access_denied'],
    ]) {
      await page.goto(`${publicUrl}/connect/done?${query}`);
      await lookAtBothWidths(page, `${mode.name}-window-${name}`);
    }
    await close();
  });

  test('with every notice at a card, also at 200% zoom', async () => {
    const { page, close } = await openPage(mode);
    await openLink(page, await pages.app.linkFor(`eda-${mode.name}`));
    const base = page.url();
    const id = await page.locator('details.card').last().getAttribute('id');
    for (const code of Object.keys(english.problems)) {
      await page.goto(`${base}?status=error&error=${code}&requirement=${id}`);
      expect(await page.locator('details[open].card [role=alert]').count()).toBe(1);
      // A browser moves the focus to an `autofocus` element when it next paints.
      const focused = () => page.evaluate('document.activeElement.closest("details")?.id');
      await expect.poll(focused).toBe(id);
      await lookAtBothWidths(page, `${mode.name}-notice-${code}`);
      await page.setViewportSize({ width: 320, height: 740 });
      await look(page, `${mode.name}-notice-${code}-zoomed`);
    }
    await close();
  });

  test('on the way to a provider, and for an unknown path', async () => {
    const { page, context, close } = await openPage(mode);
    const address = await pages.app.linkFor(`dee-${mode.name}`);
    await openLink(page, address);
    // A response without a page: the browser stays on the current one.
    const stay = { status: 204 };
    await context.route(`${pages.provider.issuer}/*`, (route) => route.fulfill(stay));
    await page.locator('summary').last().click();
    await page.getByRole('button', { name: google }).click();
    await page.getByRole('heading', { name: /^(Opening|Weiter zu) Google …$/ }).waitFor();
    await lookAtBothWidths(page, `${mode.name}-leaving`);
    await page.goto(`${publicUrl}/connect/handoff`);
    await lookAtBothWidths(page, `${mode.name}-planted`);
    const other = await openPage(mode);
    await other.page.goto(address);
    await lookAtBothWidths(other.page, `${mode.name}-taken`);
    await other.close();
    await close();
  });
});
