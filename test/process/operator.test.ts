import { readFile } from 'node:fs/promises';
import {
  buildClientSchema,
  buildSchema,
  findBreakingChanges,
  getIntrospectionQuery,
  type IntrospectionQuery,
} from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { nameMissing, notYetBuilt } from '../guards/not-yet-built.ts';
import {
  adminKey,
  makeEnvironment,
  projectOf,
  type ServerProcess,
  startRefused,
  startServer,
} from '../helpers/process.ts';
import { dataOf, fetchApiKey, openAi, send, sendOperation, storeOpenAi } from './requests.ts';

type Event = { ip: string; requestId: string };

/** Stores a connection with these headers; returns the caller in the audit log. */
async function auditedWith(server: ServerProcess, headers: Record<string, string>) {
  const body = openAi(await projectOf(server), `by ${Object.values(headers).join(' and ')}`);
  const answer = await send(server, 'POST /v1/connections', { body, headers });
  const { id } = dataOf<{ id: string }>(answer);
  const query = 'query ($id: ID!) { auditEvents(connectionId: $id) { nodes { ip requestId } } }';
  const events = await sendOperation(server, query, { id });
  const [event] = dataOf<{ auditEvents: { nodes: Event[] } }>(events).auditEvents.nodes;
  return { event, requestId: answer.headers.get('x-request-id') };
}

describe('a server without METRICS_TOKEN and TRUSTED_PROXIES', () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await startServer(await makeEnvironment());
  }, 60_000);

  it.each(['/health', '/ready'])('serves %s without a credential', async (path) => {
    const answer = await send(server, `GET ${path}`, { key: null });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toEqual({ status: 'ok' });
  });

  it('serves metrics without a credential, with the requests counted by edge, method and status', async () => {
    await send(server, 'GET /v1/connections', { key: null });
    await send(server, `GET /v1/connections?project_id=${await projectOf(server)}`);
    const { status, headers, text } = await send(server, 'GET /metrics', { key: null });
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(text).toContain(
      'patchbay_http_request_duration_seconds_count{edge="rest",method="GET",status="401"} 1',
    );
    const operation = 'operation="connections",outcome="ok"';
    expect(text).toContain(`patchbay_operation_duration_seconds_count{${operation}} 1`);
    expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
  });

  it('serves the whole public contract without a missing, renamed or narrowed part', async () => {
    const answer = await sendOperation(server, getIntrospectionQuery());
    const served = buildClientSchema(dataOf<IntrospectionQuery>(answer));
    const sdl = await readFile(new URL('../guards/contract.graphql', import.meta.url), 'utf8');
    const missing = findBreakingChanges(buildSchema(sdl), served).map(nameMissing);
    expect(missing.sort()).toEqual([...notYetBuilt].sort());
  });

  it('accepts no request id and no client address from headers', async () => {
    const { event, requestId } = await auditedWith(server, {
      'X-Request-Id': 'chosen-by-the-client',
      'X-Forwarded-For': '203.0.113.9',
    });
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(event).toEqual({ ip: '127.0.0.1', requestId });
  });
});

describe('a server with METRICS_TOKEN, and with TRUSTED_PROXIES in front', () => {
  const token = 'a token for metrics'.replaceAll(' ', '-');
  let server: ServerProcess;
  beforeAll(async () => {
    server = await startServer({
      ...(await makeEnvironment()),
      METRICS_TOKEN: token,
      TRUSTED_PROXIES: '127.0.0.1, 10.0.0.0/8',
    });
  }, 60_000);

  it('serves metrics only with the token', async () => {
    expect((await send(server, 'GET /metrics', { key: token })).status).toBe(200);
    for (const key of [null, adminKey, `${token}x`, token.toUpperCase()]) {
      const { status, headers, text } = await send(server, 'GET /metrics', { key });
      expect(status).toBe(401);
      expect(headers.get('www-authenticate')).toBe('Bearer');
      expect(text).not.toContain('process_');
    }
  });

  it('serves /health and /ready without a token', async () => {
    expect((await send(server, 'GET /health', { key: null })).status).toBe(200);
    expect((await send(server, 'GET /ready', { key: null })).status).toBe(200);
  });

  it('keeps the proxy’s request id, and audits the rightmost address that is not a proxy', async () => {
    const { event, requestId } = await auditedWith(server, {
      'X-Request-Id': 'from-the-proxy:1',
      'X-Forwarded-For': '192.0.2.1, 203.0.113.9, 10.1.2.3',
    });
    expect(requestId).toBe('from-the-proxy:1');
    expect(event).toEqual({ ip: '203.0.113.9', requestId });
  });

  it('logs a request under the same id and address', async () => {
    const headers = { 'X-Request-Id': 'seen-in-the-log', 'X-Forwarded-For': '2001:db8::7' };
    await send(server, 'GET /health', { headers });
    const [line] = await server.said(/^.*"requestId":"seen-in-the-log".*$/m);
    expect(JSON.parse(line)).toMatchObject({ method: 'GET', path: '/health', status: 200 });
    expect(JSON.parse(line)).toMatchObject({ ip: '2001:db8::7' });
  });

  it.each([
    ['an invalid request id', { 'X-Request-Id': 'line "one" {two}' }],
    ['a request id without end', { 'X-Request-Id': 'x'.repeat(1_000) }],
  ])('does not accept %s', async (_, headers) => {
    const { headers: answered } = await send(server, 'GET /health', { headers });
    expect(answered.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('uses the proxy’s address when the header names no address', async () => {
    const { event } = await auditedWith(server, { 'X-Forwarded-For': 'unknown, 10.9.9.9' });
    expect(event?.ip).toBe('127.0.0.1');
  });
});

const otherKey = Buffer.alloc(32, 'another master key').toString('base64');

it('does not start with another master key of the same id or without it, and names the id', async () => {
  const environment = await makeEnvironment();
  const MASTER_KEYS = environment.MASTER_KEYS?.replace('k1', 'main-2026') ?? '';
  const server = await startServer({ ...environment, MASTER_KEYS });
  const id = await storeOpenAi(server, await projectOf(server), 'sealed', 'a secret');
  await server.end();

  const wrong = await startRefused({ ...environment, MASTER_KEYS: `main-2026:${otherKey}` });
  expect(wrong.code).toBe(1);
  expect(wrong.stderr).toMatch(/^The master key "main-2026" is not the one/m);
  expect(wrong.stderr).not.toContain(otherKey);

  const missing = await startRefused({ ...environment, MASTER_KEYS: `other:${otherKey}` });
  expect(missing.code).toBe(1);
  expect(missing.stderr).toMatch(/^The master key "main-2026" is missing/m);

  const both = { ...environment, MASTER_KEYS: `other:${otherKey},${MASTER_KEYS}` };
  const again = await startServer(both);
  expect(await fetchApiKey(again, id)).toBe('a secret');
  await again.end();
}, 90_000);
