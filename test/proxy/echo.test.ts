import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { requireNoCanary } from '../helpers/canary.ts';
import { useServer } from '../helpers/server.ts';
import { connectTo, useService } from './service.ts';

/* The responses of this file are searched for every secret of the suite, as all others are. */

const service = useService();
const server = useServer({ env: { OUTBOUND_ALLOW: '127.0.0.1' } });

test('a credential that the service returns is masked in headers and body, at the same length', async () => {
  const { proxy, key } = await connectTo(server, service.url);
  service.respond((req, res) => {
    const body = JSON.stringify({ headers: req.headers });
    res.writeHead(302, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
      location: `/next?key=${key}`,
      'x-echo': [`Bearer ${key}`, Buffer.from(`Bearer ${key}`).toString('base64')],
    });
    res.end(body);
  });
  const answer = await server.rest<{ headers: { authorization: string } }>('GET', `${proxy}/x`);
  const mask = '*'.repeat(key.length);
  expect(answer.json.headers.authorization).toBe(`Bearer ${mask}`);
  expect(answer.headers.location).toBe(`/next?key=${mask}`);
  expect(answer.headers['content-length']).toBe(String(answer.text.length));
  expect(answer.headers['x-echo']).toContain(`Bearer ${mask}`);
});

test.each([
  ['gzip', gzipSync],
  ['br', brotliCompressSync],
  ['deflate', deflateSync],
])(
  'a body that the service compresses unasked as %s is decoded and masked',
  async (coding, compress) => {
    const { proxy, key } = await connectTo(server, service.url);
    service.respond((_req, res) => {
      const body = compress(Buffer.from(`key ${key}.`));
      res.writeHead(200, {
        'content-type': 'text/plain',
        'content-encoding': coding,
        'content-length': body.length,
        etag: '"1"',
      });
      res.end(body);
    });
    const answer = await server.rest('GET', `${proxy}/x`);
    expect(answer.text).toBe(`key ${'*'.repeat(key.length)}.`);
    expect(answer.headers).not.toHaveProperty('content-encoding');
    expect(answer.headers).not.toHaveProperty('etag');
  },
);

test.each([
  'application/octet-stream',
  undefined,
  'x',
  'application/vnd.api+json',
  'image/svg+xml',
])('a body of the type %s is masked too', async (type) => {
  const { proxy, key } = await connectTo(server, service.url);
  service.respond((_req, res) => {
    if (type !== undefined) res.setHeader('content-type', type);
    res.end(`key ${key}.`);
  });
  const answer = await server.rest('GET', `${proxy}/x`);
  expect(answer.text).toBe(`key ${'*'.repeat(key.length)}.`);
});

test.each([
  ['zstd', 200],
  ['gzip, br', 200],
  ['gzip', 206],
])('a text whose encoding cannot be read is 502: %s with status %i', async (coding, status) => {
  const { proxy } = await connectTo(server, service.url);
  service.respond((_req, res) => {
    res.writeHead(status, { 'content-type': 'text/plain', 'content-encoding': coding });
    res.end('?');
  });
  const answer = await server.rest('GET', `${proxy}/x`);
  expect(answer).toMatchObject({ status: 502, headers: { 'patchbay-proxy': 'patchbay' } });
  service.respond((_req, res) => {
    res.writeHead(status === 206 ? 206 : 200, {
      'content-type': 'image/png',
      'content-encoding': 'zstd',
    });
    res.end('?');
  });
  expect(await server.rest('GET', `${proxy}/x`)).toMatchObject({ status, text: '?' });
});

test('bytes that are no text come back as they are', async () => {
  const { proxy } = await connectTo(server, service.url);
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
  service.respond((_req, res) => res.writeHead(200, { 'content-type': 'image/png' }).end(bytes));
  const response = await fetch(`${server.url}${proxy}/x`, {
    headers: { authorization: `Bearer ${server.adminKey}` },
  });
  expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
});

test('an error page of the service is masked, and may act on nothing', async () => {
  const { proxy, key } = await connectTo(server, service.url);
  service.respond((_req, res) => {
    res.writeHead(500, { 'content-type': 'text/html', 'x-frame-options': 'ALLOWALL' });
    res.end(`<script>alert("${key}")</script>`);
  });
  const answer = await server.rest('GET', `${proxy}/x`);
  expect(answer.status).toBe(500);
  expect(answer.headers).toMatchObject({
    'content-security-policy': 'sandbox',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  });
  requireNoCanary('the page', answer.text);
});
