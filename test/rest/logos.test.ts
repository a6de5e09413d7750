import { describe, expect, test } from 'vitest';
import { listShippedTypes } from '../../src/core/catalog/catalog.ts';
import { openAi } from '../helpers/connections.ts';
import { bearer } from '../helpers/refusals.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();
const path = `/v1/connection-types/${openAi}/logo.svg`;
const get = (headers: Record<string, string> = {}, of = path, method = 'GET') =>
  server.send({ method, path: of, headers });

describe('the logo of a connection type', () => {
  test('needs no credential, is cached, and cannot act as a page', async () => {
    const { status, headers, text } = await get();
    expect(status).toBe(200);
    expect(text).toContain('<svg xmlns="http://www.w3.org/2000/svg" ');
    expect(text).toContain('currentColor');
    expect(headers).toMatchObject({
      'content-type': 'image/svg+xml',
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'cache-control': 'public, max-age=86400',
    });
    expect(headers['set-cookie']).toBeUndefined();
  });

  test('is sent again only if it has changed', async () => {
    const { headers } = await get();
    const tag = headers.etag ?? '';
    expect(tag).toMatch(/^"\w+"$/);
    for (const known of [tag, `"other", ${tag}`, `W/${tag}`]) {
      const again = await get({ 'if-none-match': known });
      expect([again.status, again.text]).toEqual([304, '']);
      expect(again.headers.etag).toBe(tag);
      expect(again.headers['cache-control']).toBe('public, max-age=86400');
    }
    expect((await get({ 'if-none-match': '"other"' })).status).toBe(200);
  });

  test('is refused with a bad credential, and returned with a good one', async () => {
    expect((await get({ authorization: 'Bearer nonsense' })).status).toBe(401);
    expect((await get({ authorization: bearer(server.adminKey) })).status).toBe(200);
  });

  test.each([
    ['HEAD', 200],
    ['POST', 405],
    ['DELETE', 405],
  ])('for the method %s the status is %i', async (method, status) => {
    expect((await get({ 'content-length': '0' }, path, method)).status).toBe(status);
  });

  test.each([
    'dynamiq.connections.None',
    'constructor',
    '..',
    '%2e%2e%2fx',
    '%00',
    'x'.repeat(500),
  ])('is 404 for the type %s', async (type) => {
    const { status, headers } = await get({}, `/v1/connection-types/${type}/logo.svg`);
    expect(status).toBe(404);
    expect(headers['cache-control']).toBe('no-store');
  });

  test('is at the address that GraphQL names, for every type', async () => {
    const { data } = await server.graphql<{ connectionTypes: { logoUrl: string }[] }>(
      '{ connectionTypes { logoUrl } }',
    );
    expect(data.connectionTypes).toHaveLength(listShippedTypes().length);
    for (const { logoUrl } of data.connectionTypes) {
      const { origin, pathname } = new URL(logoUrl);
      expect(origin).toBe(new URL(server.deps.config.publicUrl).origin);
      expect((await get({}, pathname)).status).toBe(200);
    }
  });
});
