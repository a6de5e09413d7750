import { expect, test } from 'vitest';
import { seedApp, seedRequirement } from '../helpers/apps.ts';
import { mintToken } from '../helpers/connect-tokens.ts';
import { startTestServer } from '../helpers/server.ts';
import { openBrowser } from './form-browser.ts';

test('the page says when the database is down, and when Pipedream cannot be reached', async () => {
  const server = await startTestServer();
  const app = await seedApp(server.deps.db, server.home.projectId);
  const { id } = await seedRequirement(server.deps.db, app.id, {
    kind: 'pipedream_account',
    title: 'Your mail',
    spec: { app_slug: 'gmail' },
  });
  const browser = openBrowser(server);
  const { path, text } = await browser.connect(await mintToken(server, app));
  expect(text).toContain('Continue to gmail');
  const asked = await browser.submitAndFollow(`${path}/requirements/${id}/authorize`);
  expect(asked.text).toMatch(/role="alert".*Nothing was changed/s);
  await server.database.close();
  const { status, headers, text: page } = await browser.open(path);
  expect([status, headers['content-type']]).toEqual([503, 'text/html; charset=UTF-8']);
  expect(page).toContain('Our database does not respond');
  expect(headers['content-security-policy']).toContain("default-src 'none'");
  await server.close();
});
