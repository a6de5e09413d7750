import type { Browser, Page, Response } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  adminKey,
  makeEnvironment,
  projectOf,
  type ServerProcess,
  startServer,
} from '../../helpers/process.ts';
import { launchChromium } from '../browser/chromium.ts';
import { send, storeOpenAi } from '../requests.ts';

describe('GraphiQL', () => {
  let server: ServerProcess;
  let browser: Browser;
  let page: Page;
  const requested = new Set<string>();
  const complaints: string[] = [];

  beforeAll(async () => {
    server = await startServer(await makeEnvironment());
    browser = await launchChromium();
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.on('request', (request) => requested.add(new URL(request.url()).origin));
    page.on('console', (message) => {
      if (message.type() === 'error')
        complaints.push(`${message.text()} ${message.location().url}`);
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${server.url}/graphql`);
  }, 90_000);

  afterAll(async () => {
    await browser?.close();
    await server?.end();
  });

  it('loads everything from this server', async () => {
    const { status, headers, text } = await send(server, 'GET /graphql', {
      key: null,
      headers: { Accept: 'text/html' },
    });
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^text\/html/);
    expect(text).not.toMatch(/<(?:script|link|img|iframe)[^>]*(?:src|href)=["']?(?:https?:)?\/\//i);
  });

  it('runs its first query with the key from the headers tab', async () => {
    await page.getByRole('button', { name: 'Headers' }).click();
    const editors = page.locator(
      '.graphiql-editor-tool .monaco-editor, .graphiql-editor-tool .CodeMirror',
    );
    await editors.locator('visible=true').first().click();
    await page.keyboard.insertText(JSON.stringify({ Authorization: `Bearer ${adminKey}` }));
    await page.getByRole('button', { name: /Execute query/ }).click();
    const response = page.locator('.graphiql-response');
    await expect.poll(() => response.textContent(), { timeout: 15_000 }).toMatch(/ADMIN/);
    expect(await response.textContent()).toMatch(/"name":\s*"default"/);
  }, 60_000);

  it('shows the events of a subscription', async () => {
    const projectId = await projectOf(server);
    const query = `subscription { connectionChanged(projectId: "${projectId}") { kind connection { name } } }`;
    const editor = page.locator('.graphiql-query-editor .monaco-editor').first();
    await editor.click();
    await expect.poll(() => editor.getAttribute('class')).toMatch(/\bfocused\b/);
    await page.keyboard.press('Control+A');
    await page.keyboard.insertText(query);
    await expect.poll(() => editor.textContent()).toMatch(/^\W*1\W*subscription/);
    // The editor enables the button late, so the test presses again until something begins.
    await vi.waitFor(
      async () => {
        const isStream = (response: Response) =>
          response.headers()['content-type'] === 'text/event-stream';
        const stream = page.waitForResponse(isStream, { timeout: 5_000 });
        await page.getByRole('button', { name: /Execute query/ }).click();
        await stream;
      },
      { timeout: 30_000 },
    );
    await storeOpenAi(server, projectId, 'seen-in-GraphiQL', 'a secret');
    const shown = page.locator('.graphiql-response');
    await expect.poll(() => shown.textContent(), { timeout: 15_000 }).toMatch(/seen-in-GraphiQL/);
    await page.getByRole('button', { name: /Stop query/ }).click();
  }, 60_000);

  it('sends no request to another host and has no error', () => {
    expect([...requested].filter((origin) => !/^(data|blob|null)/.test(origin))).toEqual([
      server.url,
    ]);
    expect(complaints).toEqual([]);
  });

  it('does not keep the key when the browser leaves the page', async () => {
    const kept = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
    expect(kept).not.toContain(adminKey);
  });
});
