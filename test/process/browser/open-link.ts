import type { FrameLocator, Page } from 'playwright-core';

/** Opens a link to the connect page and presses its button. */
export async function openLink(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await pressLinkButton(page);
  await page.waitForURL(/\/connect\/[\da-f-]{36}$/);
}

/** Presses the button of an open link. */
export function pressLinkButton(at: Page | FrameLocator): Promise<void> {
  return at.locator('[data-link] button').click();
}
