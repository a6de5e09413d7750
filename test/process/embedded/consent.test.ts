import { join, resolve } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyOAuth } from '../../helpers/connections.ts';
import {
  findFreePort,
  launchScript,
  makeEnvironment,
  type Process,
  projectOf,
  type ServerProcess,
  startServer,
} from '../../helpers/process.ts';
import { launchChromium } from '../browser/chromium.ts';
import { dataOf, send } from '../requests.ts';

/* A person consents in a browser, on the pages of a certified authorization server. */

const client = { id: 'a-client', secret: 'the-secret-of-a-client-for-tests' };

/** A folder for pictures of the pages. */
const pictures = process.env.SCREENSHOTS;

describe('a consent in a browser', () => {
  let server: ServerProcess;
  let provider: Process;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let id: string;
  /** The headers and bodies that our server has sent to the browser. */
  const answers: Promise<string>[] = [];
  const complaints: string[] = [];
  const secrets = new Set([client.secret]);

  beforeAll(async () => {
    const port = await findFreePort();
    const issuer = `http://127.0.0.1:${port}`;
    const environment = { ...(await makeEnvironment()), OUTBOUND_ALLOW: '127.0.0.1' };
    server = await startServer({ ...environment, LOG_LEVEL: 'debug' });
    id = await createConnection(server, issuer);
    provider = await launchProvider(port, `${server.url}/v1/oauth2/callback/${id}`);
    browser = await launchChromium();
    context = await browser.newContext({ viewport: { width: 1024, height: 640 } });
    // The provider's pages load a font from another host.
    await context.route(/^(?!http:\/\/127\.0\.0\.1:)/, (route) => route.abort());
    page = await newPage();
  }, 90_000);

  afterAll(async () => {
    await browser?.close();
    await provider?.end();
    await server?.end();
  });

  async function newPage(): Promise<Page> {
    const opened = await context.newPage();
    opened.on('pageerror', (error) => complaints.push(error.message));
    opened.on('console', (message) => {
      const isPlain = /status of 400/.test(message.text());
      if (message.type() === 'error' && !isPlain && message.location().url.startsWith(server.url))
        complaints.push(message.text());
    });
    opened.on('response', (response) => {
      if (new URL(response.url()).origin !== server.url) return;
      const whole = async () => [
        JSON.stringify(await response.headersArray()),
        response.status() < 300 || response.status() > 399 ? await response.text() : '',
      ];
      answers.push(whole().then((parts) => parts.join('\n')));
    });
    return opened;
  }

  /** Begins a consent and stops on the provider's first page. */
  async function begin(): Promise<void> {
    const asked = await send(server, `POST /v1/connections/${id}/oauth2/authorize`);
    const { url } = dataOf<{ url: string }>(asked);
    secrets.add(new URL(url).searchParams.get('state') ?? '');
    await page.goto(url);
  }

  async function signIn(): Promise<void> {
    await page.getByPlaceholder('Enter any login').fill('ada');
    await page.getByPlaceholder('and password').fill('anything');
    await page.getByRole('button', { name: 'Sign-in' }).click();
  }

  async function look(name: string, at = page): Promise<string> {
    if (pictures !== undefined) await at.screenshot({ path: join(pictures, `${name}.png`) });
    return at.locator('main').innerText();
  }

  const status = async () =>
    dataOf<{ status: string }>(await send(server, `GET /v1/connections/${id}`)).status;

  it('says what to do when it was denied', async () => {
    await begin();
    await page.getByRole('link', { name: /Cancel/ }).click();
    expect(await look('denied')).toMatch(/^Not connected\n.*Consent was not given\./s);
    expect(await status()).toBe('incomplete');
  });

  it('connects the account when it was given', async () => {
    await begin();
    await signIn();
    await page.getByRole('button', { name: 'Continue' }).click();
    secrets.add(new URL(page.url()).searchParams.get('code') ?? '');
    expect(await look('connected')).toMatch(/^Connected\n.*An account by hand/s);
    expect(await status()).toBe('active');
    expect((await send(server, `POST /v1/connections/${id}/credentials`)).status).toBe(200);
  });

  it('does nothing when its address is opened again', async () => {
    const again = await newPage();
    expect((await again.goto(page.url()))?.status()).toBe(400);
    expect(await look('replayed', again)).toMatch(/^Nothing to do here\n.*used already/s);
    expect(await status()).toBe('active');
    await again.close();
  });

  it('is undone by a person who did not give it', async () => {
    await page.getByRole('button', { name: /This was not me/ }).click();
    expect(await look('taken-back')).toMatch(/^Disconnected\n.*An account by hand/s);
    expect(await status()).toBe('incomplete');
    await page.reload(); // sends the form again
    expect(await look('taken-back-again')).toMatch(/^Nothing was changed/);
  });

  it('shows and logs no token, code, state, verifier or client secret', async () => {
    const [line] = await provider.said(/^\{"sent".*\}$/m);
    const { sent, given } = JSON.parse(line);
    for (const name of ['code', 'code_verifier']) secrets.add(sent[name]);
    for (const name of ['access_token', 'refresh_token']) secrets.add(given[name]);
    const all = [...(await Promise.all(answers)), server.stdout(), server.stderr()].join('\n');
    expect(all).toContain('This was not me');
    expect(all).toContain('a consent failed');
    const texts = [...secrets];
    expect(texts.filter((text) => typeof text !== 'string' || text.length < 20)).toEqual([]);
    expect(texts.filter((text) => all.includes(text))).toEqual([]);
    expect(texts).toHaveLength(7); // two states, one of everything else
  });

  it('causes no error in the browser', () => {
    expect(complaints).toEqual([]);
  });
});

async function createConnection(server: ServerProcess, issuer: string): Promise<string> {
  const config = {
    authorization_url: `${issuer}/auth`,
    token_url: `${issuer}/token`,
    scopes: ['read'],
    client_id: client.id,
    client_secret: client.secret,
  };
  const body = { project_id: await projectOf(server), name: 'An account by hand', type: anyOAuth };
  const answer = await send(server, 'POST /v1/connections', { body: { ...body, config } });
  if (answer.status !== 201) throw new Error(`${answer.status} ${answer.text}`);
  return dataOf<{ id: string }>(answer).id;
}

async function launchProvider(port: number, redirectUri: string): Promise<Process> {
  const main = resolve(import.meta.dirname, '../../helpers/providers/oidc-provider.main.ts');
  const launched = launchScript(main, { port, client, redirectUris: [redirectUri] });
  await launched.said(/^\{"issuer".*\}$/m);
  return launched;
}
