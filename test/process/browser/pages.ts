import type {
  Browser,
  BrowserContext,
  BrowserContextOptions,
  Page,
  Response,
} from 'playwright-core';
import { requireNoCanary } from '../../helpers/canary.ts';
import { google, openAi } from '../../helpers/connections.ts';
import type { OAuthProvider } from '../../helpers/providers/oauth-provider.ts';
import { type BuiltServer, startBesideGoogle } from '../built-server.ts';
import { launchChromium } from './chromium.ts';
import { lendContext, takeBack } from './contexts.ts';
import { type FrontApp, makeFrontApp } from './front-app.ts';

/** The address of the connect page in the browser. */
export const publicUrl = 'http://patchbay.test';

/** The address that it leads to in the end. */
export const returnUrl = 'http://127.0.0.1:1/back';

/** The ways to view the page. */
export type Mode = {
  width: number;
  colorScheme: 'light' | 'dark';
  locale: 'en-GB' | 'de-DE';
  /** `blocked`: the browser runs scripts, but not those of the page. */
  scripts: boolean | 'blocked';
};

/** The built server with an app that asks for a key and a calendar, and a browser that connects them. */
export type Pages = {
  server: BuiltServer;
  provider: OAuthProvider;
  app: FrontApp;
  /** A page in an empty browser context, and the errors of that browser. */
  openPage: (mode?: Partial<Mode>) => Promise<Opened>;
  close: () => Promise<void>;
};

export type Opened = {
  page: Page;
  context: BrowserContext;
  complaints: string[];
  /** Throws when a response to the browser held a secret. */
  close: () => Promise<void>;
};

export async function openPages(settings: object = {}): Promise<Pages> {
  const { provider, server } = await startBesideGoogle(publicUrl);
  const looks = { accentColor: '#0b7a5e', returnUrl, ...settings };
  const app = await makeFrontApp(server, publicUrl, looks);
  await app.ask({
    title: 'Your OpenAI key',
    spec: { type: openAi },
    description: 'Drafts of your itineraries are written with it, on your account.',
  });
  await app.ask({ title: 'Your calendar', spec: { type: google, scopes: ['calendar.read'] } });
  const browser = await launchBrowser(server.url);
  return {
    server,
    provider,
    app,
    openPage: (mode = {}) => openPage(browser, mode),
    close: async () => {
      await browser.close();
      await server.close();
      await provider.stop();
    },
  };
}

/** Launches a browser that resolves {@link publicUrl} to the server. */
export function launchBrowser(serverUrl: string): Promise<Browser> {
  return launchChromium(`--host-resolver-rules=MAP patchbay.test:80 ${new URL(serverUrl).host}`);
}

export async function openPage(
  browser: Browser,
  { width = 360, colorScheme = 'light', locale = 'en-GB', scripts = true }: Partial<Mode>,
): Promise<Opened> {
  const options: BrowserContextOptions = { colorScheme, locale, javaScriptEnabled: !!scripts };
  const viewport = { width, height: 740 };
  const context = await lendContext(browser, { ...options, viewport });
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
  const answers: Promise<string>[] = [];
  page.on('response', (response) => {
    if (response.url().startsWith(publicUrl)) answers.push(readWhole(response));
  });
  const close = async () => {
    const all = await Promise.all(answers);
    await takeBack(context);
    requireNoCanary('what the browser was sent', all.join('\n'));
  };
  return { page, context, complaints, close };
}

/** Headers and body; a redirect and a dropped response have no body. */
async function readWhole(response: Response): Promise<string> {
  const { pathname, searchParams } = new URL(response.url());
  const token = pathname === '/connect' ? searchParams.get('token') : null;
  const text = await response.text().catch(() => '');
  // The page of a link holds its token, for the button.
  const body = token === null ? text : text.replaceAll(` value="${token}"`, '');
  return `${response.status()} ${JSON.stringify(await response.allHeaders())}\n${body}`;
}
