import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { newConnection, uniqueName } from '../helpers/connections.ts';
import { eventsOf, grantOf, refusalOf, statusOf, tokenOf } from '../helpers/grants.ts';
import { consent, oauthBody, prepare, useWorld } from '../helpers/world.ts';

const world = useWorld('google');

/** Consents, and returns the handle of the page's "this was not me" button. */
async function consented(id: string): Promise<string> {
  const { text } = await consent(world, id);
  return /name="handle" value="([^"]+)"/.exec(text)?.[1] ?? 'none';
}

function undo(handle: string) {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const body = new URLSearchParams({ handle }).toString();
  return world.server.send({ method: 'POST', path: '/v1/oauth2/undo', headers, body });
}

test('the consent page loads no resource, runs no script, and is not framed, stored or indexed', async () => {
  const { text, headers } = await consent(world, await prepare(world));
  const [, style = ''] = /<style>([^<]*)<\/style>/.exec(text) ?? [];
  const digest = createHash('sha256').update(style).digest('base64');
  expect(headers['content-security-policy']).toBe(
    `default-src 'none'; style-src 'sha256-${digest}'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'`,
  );
  expect(headers).toMatchObject({
    'content-type': expect.stringMatching(/^text\/html; charset=utf-8/i),
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  });
  expect(text).not.toMatch(/<script|https?:\/\/|onload|javascript:/i);
  expect(text).toContain('noindex');
});

test('the consent page shows a name with markup as text', async () => {
  const name = `<img src=x onerror=alert(1)> "&' ${uniqueName()}`;
  const { text } = await consent(world, await prepare(world, { name }));
  expect(text).toContain('&lt;img src=x onerror=alert(1)&gt; &quot;&amp;');
  expect(text).not.toContain('<img');
  world.provider.set({ consent: 'deny' });
  const denied = await consent(world, await prepare(world, { name: `${name}2` }));
  expect(denied.text).toContain('&lt;img');
  expect(denied.text).not.toContain('<img');
});

test('"this was not me" undoes the consent once, and revokes the tokens at the provider', async () => {
  const id = await prepare(world);
  const handle = await consented(id);
  const { access_token } = await tokenOf(world, id);
  const page = await undo(handle);
  expect(page).toMatchObject({ status: 200, text: expect.stringContaining('Disconnected') });
  expect(await statusOf(world, id)).toBe('incomplete');
  expect(await refusalOf(world, id)).toMatchObject({ status: 409 });
  expect((await grantOf(world, id)).tokens).toBeNull();
  await expect.poll(() => world.provider.findAccount(access_token)).toBeUndefined();
  expect(await undo(handle)).toMatchObject({ status: 400 });
  const undone = { connectionId: id, actor: 'consent' };
  const event = await world.server.deps.db.auditEvent.findFirstOrThrow({ where: undone });
  expect(event).toMatchObject({ action: 'connection.callback', detail: { undone: true } });
});

test('the button of an earlier consent does not undo a later consent', async () => {
  const id = await prepare(world);
  const earlier = await consented(id);
  const later = await consented(id);
  expect((await undo(earlier)).status).toBe(400);
  expect(await statusOf(world, id)).toBe('active');
  expect((await undo(later)).status).toBe(200);
});

test('the button does nothing after an hour or with an invalid handle', async () => {
  const id = await prepare(world);
  const handle = await consented(id);
  const data = { consumedAt: new Date(Date.now() - 3_601_000) };
  await world.server.deps.db.authorizationAttempt.updateMany({ where: { connectionId: id }, data });
  for (const one of [handle, '', 'x'.repeat(43), '\0']) expect((await undo(one)).status).toBe(400);
  expect(await statusOf(world, id)).toBe('active');
  expect(await eventsOf(world, id)).not.toContain('connection.delete');
});

test('the button does nothing when the connection has changed since the consent', async () => {
  const id = await prepare(world);
  const handle = await consented(id);
  const { type, config } = newConnection(world.server);
  const path = `/v1/connections/${id}`;
  expect((await world.server.rest('PUT', path, { body: { type, config } })).status).toBe(200);
  expect((await undo(handle)).status).toBe(400);
  expect(await statusOf(world, id)).toBe('active');
});

test('a consent by another account is accepted after the first consent was undone', async () => {
  const id = await prepare(world);
  await undo(await consented(id));
  world.provider.set({ consent: 'B' });
  expect((await consent(world, id)).status).toBe(200);
  expect(world.provider.findAccount((await tokenOf(world, id)).access_token)).toBe('B');
});

test('an OAuth connection without tokens never returns its client secret', async () => {
  const { client } = world.provider;
  const own = { client_id: client.id, client_secret: client.secret };
  const id = await prepare(world, { ...oauthBody(world), config: own });
  await world.server.deps.db.connection.update({ where: { id }, data: { status: 'active' } });
  expect((await refusalOf(world, id)).status).toBe(409);
});
