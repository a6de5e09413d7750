import type { Browser, BrowserContext, BrowserContextOptions } from 'playwright-core';

/*
 * Tests share a browser's contexts one after the other: each has a process, whose start takes three times
 * as long as most tests. Their storage remains, but the pages of these tests store nothing there.
 */

const idle = new WeakMap<Browser, Map<string, Set<BrowserContext>>>();
const homes = new WeakMap<BrowserContext, Set<BrowserContext>>();

/** Lends a context without cookies and routes, with one empty page; {@link takeBack} ends the loan. */
export async function lendContext(
  browser: Browser,
  options: BrowserContextOptions,
): Promise<BrowserContext> {
  const same = findIdle(browser, JSON.stringify(options));
  const [found] = same;
  if (found !== undefined) {
    same.delete(found);
    return found;
  }
  const context = await browser.newContext(options);
  await context.newPage(); // The process ends with its last page, so this one stays.
  homes.set(context, same);
  return context;
}

/** Closes the pages of a context, and keeps it for the next test with its options. */
export async function takeBack(context: BrowserContext): Promise<void> {
  const [, ...opened] = context.pages();
  await Promise.all(opened.map((page) => page.close()));
  await context.unrouteAll();
  await context.clearCookies();
  homes.get(context)?.add(context);
}

function findIdle(browser: Browser, options: string): Set<BrowserContext> {
  const all = idle.get(browser) ?? new Map<string, Set<BrowserContext>>();
  idle.set(browser, all);
  const same = all.get(options) ?? new Set();
  all.set(options, same);
  return same;
}
