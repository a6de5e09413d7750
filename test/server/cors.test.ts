import { describe, expect, test } from 'vitest';
import { startTestServer, useServer } from '../helpers/server.ts';

const listed = 'https://app.example';
const body = '{"query":"{ viewer { kind } }"}';
const json = { 'content-type': 'application/json', host: 'a' };

const server = useServer({ env: { CORS_ORIGINS: `${listed}, https://other.example` } });

const preflight = (path: string, origin: string) =>
  server.send({
    method: 'OPTIONS',
    path,
    headers: {
      host: 'a',
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    },
  });

const ask = (path: string, headers: Record<string, string>) =>
  path === '/graphql'
    ? server.send({ method: 'POST', path, headers: { ...json, ...headers }, body })
    : server.send({ method: 'GET', path, headers: { host: 'a', ...headers } });

describe.each(['/graphql', '/v1/connections', '/v1/nothing'])('%s', (path) => {
  test('lets a listed origin read the response and the headers that it needs', async () => {
    const { headers } = await ask(path, { origin: listed });
    expect(headers['access-control-allow-origin']).toBe(listed);
    expect(headers['access-control-expose-headers']).toBe(
      'X-Request-Id, Retry-After, Patchbay-Proxy',
    );
    expect(headers.vary).toMatch(/\bOrigin\b/);
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
  });

  test('lets a browser cache the response to a preflight', async () => {
    const { status, headers } = await preflight(path, listed);
    expect([status, headers['access-control-allow-origin']]).toEqual([204, listed]);
    expect(headers['access-control-allow-headers']).toBe('authorization,content-type');
    expect(headers['access-control-allow-methods']).toContain('POST');
    expect(Number(headers['access-control-max-age'])).toBeGreaterThan(0);
    expect(headers.vary).toMatch(/\bOrigin\b/);
  });

  test.each(['https://evil.example', 'null', `${listed}.evil.example`, `${listed}:444`])(
    'has no CORS header for %s',
    async (origin) => {
      for (const { headers } of [await preflight(path, origin), await ask(path, { origin })]) {
        const cors = Object.keys(headers).filter((name) => name.startsWith('access-control'));
        expect(cors).toEqual([]);
        expect(headers.vary).toMatch(/\bOrigin\b/);
      }
    },
  );

  test('varies by origin also without an Origin header', async () => {
    const { headers } = await ask(path, {});
    expect(headers.vary).toMatch(/\bOrigin\b/);
  });
});

test('no response has a CORS header without CORS_ORIGINS', async () => {
  const other = await startTestServer();
  const { headers } = await other.send({
    method: 'GET',
    path: '/v1/connections',
    headers: { host: 'a', origin: listed },
  });
  await other.close();
  expect(headers).not.toHaveProperty('vary');
  expect(headers).not.toHaveProperty('access-control-allow-origin');
});
