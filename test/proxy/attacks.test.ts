import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { canary } from '../helpers/canary.ts';
import { newConnection } from '../helpers/connections.ts';
import { sendRaw } from '../helpers/raw.ts';
import { useServer } from '../helpers/server.ts';
import { connectTo, useService } from './service.ts';

/* Whatever a caller writes, the credential goes to the service of the connection or nowhere. */

const service = useService();
const thief = useService();
const server = useServer({ env: { OUTBOUND_ALLOW: '127.0.0.1' } });

let proxy: string;
let key: string;
beforeAll(async () => {
  ({ proxy, key } = await connectTo(server, `${service.url}/base`));
});
beforeEach(() => {
  thief.respond((req, res) => {
    thief.received.push({ target: req.url } as never);
    res.end();
  });
});

/** Sends a request whose target is written as it is; returns the status. */
async function sendTarget(target: string, headers: readonly string[] = [], method = 'GET') {
  const head = [
    `${method} ${target} HTTP/1.1`,
    ...(headers.some((line) => line.startsWith('Host:')) ? [] : ['Host: patchbay']),
    `Authorization: Bearer ${server.adminKey}`,
    'Connection: close',
    ...headers,
  ];
  const answer = await sendRaw(server.url, `${head.join('\r\n')}\r\n\r\n`);
  return Number(/^HTTP\/1.1 (\d+)/.exec(answer)?.[1]);
}

function expectNoTheft() {
  expect(thief.received).toEqual([]);
  for (const { target, headers } of service.received) {
    expect(target).toMatch(/^\/base(?:[/?]|$)/);
    expect(headers.host).toBe(service.host);
    expect(headers.authorization).toBe(`Bearer ${key}`);
  }
}

/** The path after `/proxy`; THIEF stands for the thief's host. */
const refusedPaths = [
  '//THIEF/x',
  '///THIEF/x',
  '/%2f%2fTHIEF/x',
  '/%2F/THIEF/x',
  '/\\THIEF/x',
  '/%5cTHIEF/x',
  '/%5C%5cTHIEF/x',
  '/%255c%255cTHIEF/x',
  '/..',
  '/../x',
  '/a/../../x',
  '/./x',
  '/a/.',
  '/%2e%2e/x',
  '/.%2E/x',
  '/%2e/x',
  '/%252e%252e/x',
  '/%25252e%25252e/x',
  '/a%2f..%2f..%2fx',
  '/a/..%2f..%2fTHIEF',
  '/..;/x',
  '/..;a=b/x',
  '/%2e%2e%3b/x',
  '/..%5cx',
  '/..%20/x',
  '/..%c0%afx',
  '/%c0%ae%c0%ae/x',
  '/%u002e%u002e/x',
  '/x%00',
  '/x%0d%0aHost:%20THIEF',
  '/x%250d%250aHost:%20THIEF',
  '/x%7f',
  '/#@THIEF/x',
  '/x#@THIEF',
  '/x?y#z',
  '/%25252525252e',
];

test.each(refusedPaths)('the path %j is 400', async (path) => {
  expect(await sendTarget(proxy + path.replace('THIEF', thief.host))).toBe(400);
  expect(service.received).toEqual([]);
  expectNoTheft();
});

const harmlessPaths = [
  '/@THIEF/x',
  '/:80@THIEF/x',
  '/user:password@THIEF/x',
  '/http://THIEF/x',
  '/http:%2f%2fTHIEF/x',
  '/x//THIEF/y',
  '/x%2fTHIEF',
  '/x;@THIEF',
  '?url=http://THIEF/x',
  '?@THIEF/../..',
  '/x?host=THIEF&redirect=//THIEF',
  '/x?a=%0d%0aHost:%20THIEF',
];

test.each(harmlessPaths)('the path %j goes to the service', async (path) => {
  expect(await sendTarget(proxy + path.replaceAll('THIEF', thief.host))).toBe(200);
  expect(service.received).toHaveLength(1);
  expectNoTheft();
});

test.each(['@THIEF/x', ':80@THIEF/x', '.THIEF/x', '%2f%2fTHIEF'])(
  'what follows "proxy" without a slash is no route: %j',
  async (path) => {
    expect(await sendTarget(proxy + path.replace('THIEF', thief.host))).toBe(404);
    expectNoTheft();
  },
);

test.each([
  ['Host: THIEF'],
  ['X-Forwarded-Host: THIEF'],
  ['Forwarded: host=THIEF'],
  ['X-Original-URL: http://THIEF/x'],
  ['X-Rewrite-URL: /admin'],
  ['Patchbay-Proxy-Host: THIEF'],
  ['Proxy-Connection: keep-alive'],
  ['authorization: Bearer another'],
  ['AUTHORIZATION: Bearer another', 'Connection: authorization'],
  ['X_Forwarded_Host: THIEF'],
])('the header %j changes neither the host nor the credential', async (...lines) => {
  const headers = lines.map((line) => line.replace('THIEF', thief.host));
  expect([200, 401]).toContain(await sendTarget(`${proxy}/x`, headers));
  expectNoTheft();
  for (const { headers: sent } of service.received) {
    expect(JSON.stringify(sent)).not.toContain(thief.host);
  }
});

test('an address in absolute form goes to the service', async () => {
  expect(await sendTarget(`http://${thief.host}${proxy}/x`)).toBe(200);
  expect(service.received).toHaveLength(1);
  expectNoTheft();
});

test('two Host headers are 400', async () => {
  const headers = ['Host: patchbay', `Host: ${thief.host}`];
  expect(await sendTarget(`${proxy}/x`, headers)).toBe(400);
  expectNoTheft();
});

describe.each([301, 302, 303, 307, 308])('a %i', (status) => {
  test.each(['http://THIEF/x', '//THIEF/x', '/\\THIEF', 'http://SERVICE@THIEF/'])(
    'to %s is not followed',
    async (location) => {
      const named = location.replace('THIEF', thief.host).replace('SERVICE', service.host);
      service.respond((_req, res) => res.writeHead(status, { location: named }).end());
      expect(await sendTarget(`${proxy}/x`)).toBe(status);
      expectNoTheft();
    },
  );
});

describe('the address of a connection', () => {
  test.each([
    'http://localhost:PORT',
    'http://[::1]:PORT',
    'http://[::ffff:7f00:1]:PORT',
    'http://169.254.169.254/latest',
    'https://10.0.0.1',
    'https://metadata.google.internal',
    'https://a.local.',
    'http://example.com',
  ])('is not called if the policy forbids it: %s', async (url) => {
    const port = new URL(thief.url).port;
    const other = await connectTo(server, url.replace('PORT', port));
    const answer = await server.rest('GET', `${other.proxy}/x`);
    expect(answer).toMatchObject({ status: 400, headers: { 'patchbay-proxy': 'patchbay' } });
    expect(thief.received).toEqual([]);
  });

  test.each([
    'http://127.0.0.1.:PORT',
    'http://2130706433:PORT',
    'http://0x7f.1:PORT',
    'http://①②⑦.0.0.1:PORT',
    'http://user:password@127.0.0.1:PORT',
    'http://127.0.0.1:PORT\\@other.example',
  ])('is not even stored if it hides the host: %s', async (url) => {
    const { port } = new URL(thief.url);
    const config = { api_key: canary(), url: url.replace('PORT', port) };
    const body = newConnection(server, { config });
    const { status } = await server.rest('POST', '/v1/connections', { body });
    expect(status).toBe(400);
  });

  test('may have a path, which stays before that of the request', async () => {
    const other = await connectTo(server, `${service.url}/a%2Fb/`);
    expect((await server.rest('GET', `${other.proxy}/c`)).status).toBe(200);
    expect(service.received[0]?.target).toBe('/a%2Fb/c');
  });
});
