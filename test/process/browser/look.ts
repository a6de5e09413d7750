import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Frame, Page } from 'playwright-core';
import { expect } from 'vitest';

/** A folder for pictures of the pages. */
const pictures = process.env.SCREENSHOTS;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * Expects no serious accessibility problem and no content beside the screen; takes a picture when asked.
 *
 * @param options `scripts`: whether the browser runs scripts, as axe does. `frame`: the part of the page
 * to check.
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
  const violations = await violationsOf(frame);
  expect(violations.map(({ id, impact, nodes }) => ({ id, impact, nodes }))).toEqual([]);
}

type Violation = { id: string; impact: string; nodes: object[] };

async function violationsOf(frame: Frame): Promise<Violation[]> {
  // Loading axe takes longer than running it, and a document may be checked more than once.
  const source = (await frame.evaluate('"axe" in window')) ? '' : axe;
  const run = `axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations)`;
  return frame.evaluate<Violation[]>(`${source}; ${run}`);
}

/** Checks the page at the width of a phone and of a desktop. */
export async function lookAtBothWidths(page: Page, name: string): Promise<void> {
  for (const [screen, width] of Object.entries({ phone: 360, desk: 1280 })) {
    await page.setViewportSize({ width, height: 740 });
    await look(page, `${screen}-${name}`);
  }
}

/** Returns how many pixels the page is wider than the screen, without a script of the page. */
async function overflowOf(frame: Frame): Promise<number> {
  const width = await frame.locator('html').evaluate((html) => html.getBoundingClientRect().width);
  const widest = await frame
    .locator('main *')
    .evaluateAll((all) => Math.max(...all.map((one) => one.getBoundingClientRect().right)));
  return Math.floor(widest - width);
}
