import { describe, expect, test } from 'vitest';
import { canary } from '../helpers/canary.ts';
import { createConnection } from '../helpers/connections.ts';
import { createType, type Definition } from '../helpers/custom-types.ts';
import { useServer } from '../helpers/server.ts';
import { useService } from './service.ts';

/* How a type of one's own says that requests carry the credential, and which hosts may receive it. */

const service = useService();
const server = useServer({ env: { OUTBOUND_ALLOW: '127.0.0.1' } });

const secret = (name: string) => ({ name, kind: 'string', required: true, secret: true });
const text = (name: string) => ({ name, kind: 'string' });

/** Creates a type and a connection of it; returns the path of its proxy. */
async function proxyOf(definition: Partial<Definition>, config: Record<string, unknown>) {
  const { type } = await createType(server, definition);
  const { id } = await createConnection(server, { type, config });
  return `/v1/connections/${id}/proxy`;
}

const url = { name: 'url', kind: 'url', required: true };

test('a query parameter carries the credential, and the caller cannot replace it', async () => {
  const key = canary('a&b=c d');
  const proxy = await proxyOf(
    {
      fields: [secret('api_key'), url],
      http: { base_url: '{url}', inject: [{ in: 'query', name: 'key', value: '{api_key}' }] },
    },
    { api_key: key, url: service.url },
  );
  await server.rest('GET', `${proxy}/x?a=1&key=mine&%6bey=mine&Key=mine&keys=kept`);
  const { searchParams } = new URL(service.received[0]?.target ?? '', service.url);
  expect([...searchParams]).toEqual([
    ['a', '1'],
    ['keys', 'kept'],
    ['key', key],
  ]);
  expect(await server.rest('GET', `${proxy}`)).toMatchObject({ status: 200 });
});

test('basic authentication carries the credential, and its pair is masked', async () => {
  const password = canary('pass:word');
  const proxy = await proxyOf(
    {
      fields: [text('user'), secret('password'), url],
      http: { base_url: '{url}', inject: [{ in: 'basic', name: '{user}', value: '{password}' }] },
    },
    { user: 'ann', password, url: service.url },
  );
  service.respond((req, res) => res.end(req.headers.authorization));
  const answer = await server.rest('GET', `${proxy}/x`);
  const pair = Buffer.from(`ann:${password}`).toString('base64');
  expect(answer.text).toBe(`Basic ${'*'.repeat(pair.length)}`);
});

test('a credential in the path is masked in what comes back', async () => {
  const token = canary('bot');
  const proxy = await proxyOf(
    { fields: [secret('token'), url], http: { base_url: '{url}/bot{token}' } },
    { token, url: service.url },
  );
  const { json, status } = await server.rest<{ target: string }>('GET', `${proxy}/getMe`);
  expect(status).toBe(200);
  expect(service.received[0]?.target).toBe(`/bot${token}/getMe`);
  expect(json.target).toBe(`/bot${'*'.repeat(token.length)}/getMe`);
});

test('headers that the type fixes go along, and the caller cannot replace them', async () => {
  const proxy = await proxyOf(
    {
      fields: [secret('api_key'), url],
      http: {
        base_url: '{url}',
        inject: [{ in: 'header', name: 'X-Api-Key', value: '{api_key}' }],
        headers: { 'X-Version': '2026-01-01' },
      },
    },
    { api_key: canary(), url: service.url },
  );
  const headers = { 'x-version': 'mine', 'x-api-key': 'mine', X_Api_Key: 'mine' };
  await server.rest('GET', `${proxy}/x`, { headers });
  const names = service.received[0]?.rawHeaders.filter((_, index) => index % 2 === 0) ?? [];
  expect(names.filter((name) => /api.key|version/i.test(name))).toHaveLength(2);
  expect(service.received[0]?.headers).toMatchObject({ 'x-version': '2026-01-01' });
  expect(service.received[0]?.headers['x-api-key']).not.toBe('mine');
});

describe('a field in the host', () => {
  const definition = {
    fields: [secret('api_key'), text('region')],
    http: {
      base_url: 'https://{region}.service.example.com/v1',
      inject: [{ in: 'header', name: 'Authorization', value: 'Bearer {api_key}' }],
    },
  };

  test.each([
    'evil.example/',
    'evil.example#',
    'evil.example?',
    'a.b',
    '.',
    '..',
    '@evil',
    'evil:80',
    'evil%2eexample',
    'evil\\example',
    'ｅvil。example',
    '-a',
    ' a',
    'a'.repeat(64),
  ])('cannot name another host: %j', async (region) => {
    const { type } = await createType(server, definition);
    const body = {
      project_id: server.home.projectId,
      name: type,
      type,
      config: { api_key: canary(), region },
    };
    const made = await server.rest<{ data?: { id: string } }>('POST', '/v1/connections', { body });
    if (made.status === 400) return;
    const answer = await server.rest('GET', `/v1/connections/${made.json.data?.id}/proxy/x`);
    expect(answer).toMatchObject({ status: 409, headers: { 'patchbay-proxy': 'patchbay' } });
  });
});

test('a field in the path stays one segment', async () => {
  const proxy = await proxyOf(
    {
      fields: [secret('api_key'), text('account'), url],
      http: {
        base_url: '{url}/accounts/{account}',
        inject: [{ in: 'header', name: 'Authorization', value: '{api_key}' }],
      },
    },
    { api_key: canary(), account: '../a/b?c#d', url: service.url },
  );
  await server.rest('GET', `${proxy}/x`);
  expect(service.received[0]?.target).toBe('/accounts/..%2Fa%2Fb%3Fc%23d/x');
});

test('a URL that a person types must be on a host of the type', async () => {
  const proxy = await proxyOf(
    {
      fields: [secret('api_key'), url],
      http: {
        base_url: '{url}',
        hosts: ['eu.service.example.com'],
        inject: [{ in: 'header', name: 'Authorization', value: '{api_key}' }],
      },
    },
    { api_key: canary(), url: service.url },
  ).catch((error: Error) => error.message);
  if (proxy.startsWith('The connection was not made: 400')) return;
  expect(await server.rest('GET', `${proxy}/x`)).toMatchObject({ status: 409 });
  expect(service.received).toEqual([]);
});
