import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { canary } from '../../helpers/canary.ts';
import type { Switches } from '../../helpers/providers/oauth-provider.switches.ts';
import { openLink } from '../browser/open-link.ts';
import { openPages, type Pages } from '../browser/pages.ts';

/* Each failure of a consent is shown at its card, on the page that began it. */

const failing: { name: string; switches: Partial<Switches>; says: string }[] = [
  {
    name: 'a denial',
    switches: { consent: 'deny' },
    says: 'Google says that you did not allow access.',
  },
  {
    name: 'a permission left unticked',
    switches: { withheldScopes: ['calendar.read'] },
    says: 'Some permissions were not allowed: calendar.read.',
  },
  {
    name: 'a provider that fails',
    switches: { failure: { kind: 'status', status: 500, on: 'authorization_code' } },
    says: 'Google cannot be reached right now.',
  },
  {
    name: 'a connection that is reset',
    switches: { failure: { kind: 'reset', on: 'authorization_code' } },
    says: 'Google cannot be reached right now.',
  },
  {
    name: 'a code that the provider refuses',
    switches: { failure: { kind: 'error', error: 'invalid_grant', on: 'authorization_code' } },
    says: 'Google refused',
  },
];

let pages: Pages;
beforeAll(async () => {
  pages = await openPages();
}, 90_000);
afterEach(() => pages.provider.reset());
afterAll(() => pages?.close());

/** Expects the notice at the card of Google, which alone is open, and that a reload is a GET. */
async function requireNotice(page: Page, says: string): Promise<void> {
  const open = page.locator('details[open].card');
  await open.getByRole('alert').filter({ hasText: says }).waitFor();
  expect(await page.getByRole('alert').count()).toBe(1);
  const calendar = open.filter({ hasText: 'Your calendar' });
  expect(await calendar.getByRole('alert').innerText()).toContain(says);
}

describe.each(failing)('$name', ({ name, switches, says }) => {
  test.each([true, false])(
    'is shown when the page itself went to the provider (scripts: %s)',
    async (scripts) => {
      const { page, close } = await pages.openPage({ scripts });
      await openLink(page, await pages.app.linkFor(`ann ${name} ${scripts}`));
      await page.locator('summary').nth(-1).click();
      pages.provider.set(switches);
      await page.getByRole('button', { name: 'Continue to Google' }).click();
      await requireNotice(page, says);
      const methods: string[] = [];
      page.on('request', (request) => methods.push(request.method()));
      await page.reload();
      await requireNotice(page, says);
      expect([...new Set(methods)]).toEqual(['GET']);
      await close();
    },
  );

  test('is shown when the consent had its own window, which closes', async () => {
    const { page, context, close } = await pages.openPage();
    await openLink(page, await pages.app.linkFor(`bea ${name}`));
    const typed = canary();
    await page.getByLabel('API key').fill(typed);
    await page.locator('summary').nth(-1).click();
    pages.provider.set(switches);
    const opening = context.waitForEvent('page');
    await page.getByRole('button', { name: 'Continue to Google' }).click();
    const own = await opening;
    await requireNotice(page, says);
    if (!own.isClosed()) await own.waitForEvent('close');
    expect(await page.getByLabel('API key').inputValue()).toBe(typed);
    pages.provider.reset();
    await page.getByRole('button', { name: 'Continue to Google' }).click();
    await page.locator('.state.completed').waitFor();
    await close();
  });
});
