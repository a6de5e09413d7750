import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { chromiumPath, quietFlags } from '../process/embedded/chromium.ts';

/** A folder for pictures of the pages, to be looked at. */
const pictures = process.env.SCREENSHOTS;

/** What the server must be told; {@link launchBrowser} leads there. */
export const publicUrl = 'http://patchbay.test';

/** Who looks at a page: an English phone by day when nothing is said. */
export type Mode = {
  width?: number;
  colorScheme?: 'light' | 'dark';
  locale?: string;
  scripts?: boolean;
};

/** A browser for which {@link publicUrl} is the server at that address. */
export function launchBrowser(serverUrl: string): Promise<Browser> {
  const rules = `--host-resolver-rules=MAP patchbay.test:80 ${new URL(serverUrl).host}`;
  return chromium.launch({ executablePath: chromiumPath, args: [...quietFlags, rules] });
}

/** A page of a visitor of its own, and what its console complains of. */
export async function openPage(
  browser: Browser,
  { width = 360, colorScheme = 'light', locale = 'en-GB', scripts = true }: Mode,
) {
  const options: BrowserContextOptions = { colorScheme, locale, javaScriptEnabled: scripts };
  const context = await browser.newContext({ ...options, viewport: { width, height: 740 } });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text()))
      complaints.push(message.text());
  });
  return { page, complaints, close: () => context.close() };
}

/** Nothing serious for assistive technology, nothing beside the screen; a picture where one is wanted. */
export async function look(page: Page, name: string, { scripts = true }: Mode = {}): Promise<void> {
  if (pictures !== undefined) {
    await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
  }
  expect(await overflowOf(page)).toBeLessThanOrEqual(0);
  if (!scripts) return; // axe is one
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  const found = await page.evaluate(`${axe}; axe.run()`);
  const { violations } = found as { violations: { id: string; impact: string; nodes: object[] }[] };
  expect(violations.map(({ id, impact, nodes }) => ({ id, impact, nodes }))).toEqual([]);
}

/** How many pixels the page is wider than the screen, without a script of the page's own. */
async function overflowOf(page: Page): Promise<number> {
  const box = await page.locator('html').boundingBox();
  const widest = await page
    .locator('main *')
    .evaluateAll((all) => Math.max(...all.map((one) => one.getBoundingClientRect().right)));
  return Math.floor(widest - (box?.width ?? 0));
}
