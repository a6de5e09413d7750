import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import type { App } from '../../../src/db/generated/client.ts';
import { seedApp, seedRequirement } from '../../helpers/apps.ts';
import { mintToken } from '../../helpers/connect-tokens.ts';
import { google, openAi } from '../../helpers/connections.ts';
import { closeWorld, openWorld, type World } from '../../oauth/world.ts';
import { chromiumPath, quietFlags } from './chromium.ts';

/** Where the connect page is, in the browser's eyes. */
export const publicUrl = 'http://patchbay.test';

/** How a person looks at it. */
export type Mode = {
  width: number;
  colorScheme: 'light' | 'dark';
  locale: 'en-GB' | 'de-DE';
  /** `blocked`: the browser runs scripts, but not the page's own. */
  scripts: boolean | 'blocked';
};

/** An app that asks for a key and for a calendar, and a browser to bring them with. */
export type Pages = {
  world: World;
  app: App;
  /** A page of a browser of its own, and what that complained of. */
  openPage: (mode?: Partial<Mode>) => Promise<Opened>;
  /** The link of a user. */
  addressFor: (userId: string, of?: App) => Promise<string>;
  close: () => Promise<void>;
};

export type Opened = {
  page: Page;
  context: BrowserContext;
  complaints: string[];
  close: () => Promise<void>;
};

export async function openPages(changes: Partial<App> = {}): Promise<Pages> {
  const world = await openWorld('google', { env: { PUBLIC_URL: publicUrl } });
  const { deps, home, url } = world.server;
  const app = await seedApp(deps.db, home.projectId, {
    ...{ name: 'Travel desk', accentColor: '#0b7a5e', returnUrl: 'http://127.0.0.1:1/back' },
    ...changes,
  });
  await seedRequirement(deps.db, app.id, {
    ...{ title: 'Your OpenAI key', spec: { type: openAi } },
    description: 'Drafts of your itineraries are written with it, on your account.',
  });
  const spec = { type: google, scopes: ['calendar.read'] };
  await seedRequirement(deps.db, app.id, { title: 'Your calendar', spec });
  const browser = await launchBrowser(url);
  return {
    ...{ world, app },
    openPage: (mode = {}) => openPage(browser, mode),
    addressFor: async (userId, of = app) =>
      `${publicUrl}/connect?token=${await mintToken(world.server, of, userId)}`,
    close: async () => {
      await browser.close();
      await closeWorld(world);
    },
  };
}

/** A browser for which {@link publicUrl} is the server at that address. */
export function launchBrowser(serverUrl: string): Promise<Browser> {
  const rules = `--host-resolver-rules=MAP patchbay.test:80 ${new URL(serverUrl).host}`;
  return chromium.launch({ executablePath: chromiumPath, args: [...quietFlags, rules] });
}

export async function openPage(
  browser: Browser,
  { width = 360, colorScheme = 'light', locale = 'en-GB', scripts = true }: Partial<Mode>,
): Promise<Opened> {
  const options: BrowserContextOptions = { colorScheme, locale, javaScriptEnabled: !!scripts };
  const context = await browser.newContext({ ...options, viewport: { width, height: 740 } });
  if (scripts === 'blocked') {
    await context.route('**/connect/assets/*.js', (route) => route.abort('blockedbyclient'));
  }
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text()))
      complaints.push(message.text());
  });
  return { page, context, complaints, close: () => context.close() };
}
