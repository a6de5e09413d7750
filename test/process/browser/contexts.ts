import type { Browser, BrowserContext, BrowserContextOptions } from 'playwright-core';

/*
 * A browser's contexts are used one after the other: each has a process, and to start that takes three times
 * as much as what most tests do in it. Their storage stays, but the pages of these tests keep nothing there.
 */

const idle = new WeakMap<Browser, Map<string, Set<BrowserContext>>>();
const homes = new WeakMap<BrowserContext, Set<BrowserContext>>();

/** A context that has no cookies, no routes, and no page but an empty one; {@link takeBack} it. */
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
  await context.newPage(); // The process ends with its last page: this one stays.
  homes.set(context, same);
  return context;
}

/** Closes what was opened in it, and keeps it for who next asks for one with its options. */
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
