import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Frame, Page } from 'playwright-core';
import { expect } from 'vitest';

/** A folder for pictures of the pages, to be looked at. */
const pictures = process.env.SCREENSHOTS;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * Nothing serious for assistive technology, nothing beside the screen; a picture where one is wanted.
 *
 * @param options `scripts`: whether the browser runs any, of which axe is one. `frame`: what of the page
 * is looked at.
 */
export async function look(
  page: Page,
  name: string,
  { scripts = true, frame = page.mainFrame() }: { scripts?: boolean; frame?: Frame } = {},
): Promise<void> {
  if (pictures !== undefined) {
    await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
  }
  expect(await overflowOf(frame)).toBeLessThanOrEqual(0);
  if (!scripts) return;
  const found = await frame.evaluate(`${axe}; axe.run()`);
  const { violations } = found as { violations: { id: string; impact: string; nodes: object[] }[] };
  expect(violations.map(({ id, impact, nodes }) => ({ id, impact, nodes }))).toEqual([]);
}

/** How many pixels the page is wider than the screen, without a script of the page's own. */
async function overflowOf(frame: Frame): Promise<number> {
  const width = await frame.locator('html').evaluate((html) => html.getBoundingClientRect().width);
  const widest = await frame
    .locator('main *')
    .evaluateAll((all) => Math.max(...all.map((one) => one.getBoundingClientRect().right)));
  return Math.floor(widest - width);
}
