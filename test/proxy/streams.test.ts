import { once } from 'node:events';
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { rightCheckPause } from '../../src/core/changes/open-stream.ts';
import { useServer } from '../helpers/server.ts';
import { connectTo, useService } from './service.ts';

const service = useService();
const server = useServer({
  env: {
    OUTBOUND_ALLOW: '127.0.0.1',
    LIMIT_REQUEST_SECONDS: '1',
    LIMIT_PROXY_MEGABYTES: '1',
    LIMIT_PROXY_RESPONSE_SECONDS: '1',
    LIMIT_PROXY_IDLE_SECONDS: '3',
    LIMIT_PROXY_PER_CONNECTION: '2',
    LIMIT_PROXY_PER_HOST: '3',
  },
});

function open(path: string, method = 'GET', key = server.adminKey): ClientRequest {
  const { hostname, port } = new URL(server.url);
  const headers = { authorization: `Bearer ${key}` };
  return httpRequest({ hostname, port, path, method, headers, agent: false });
}

async function responseTo(request: ClientRequest): Promise<IncomingMessage> {
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return response;
}

/** Resolves when the proxy has no exchange under way. */
const idle = () => vi.waitFor(() => expect(server.deps.proxyCounts.size).toBe(0));

test('the events of a stream arrive within 50 ms', async () => {
  const { proxy } = await connectTo(server, service.url);
  const sentAt: number[] = [];
  service.respond(async (_req, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.flushHeaders();
    for (let event = 0; event < 9; event += 1) {
      await wait(60);
      sentAt.push(performance.now());
      res.write(`data: ${event}\n\n`);
    }
    res.end();
  });
  const request = open(`${proxy}/events`);
  request.end();
  const response = await responseTo(request);
  const receivedAt: number[] = [];
  response.on('data', () => receivedAt.push(performance.now()));
  await once(response, 'end');
  const delays = receivedAt.map((at, event) => at - (sentAt[event] ?? 0)).sort((a, b) => a - b);
  expect(delays).toHaveLength(9);
  expect(delays[4]).toBeLessThan(50); // the median: one event may wait for other work of a busy machine
});

test('the head of a response arrives before its body', async () => {
  const { proxy } = await connectTo(server, service.url);
  service.respond((_req, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.flushHeaders();
  });
  const request = open(`${proxy}/events`);
  request.end();
  expect((await responseTo(request)).statusCode).toBe(200);
  request.destroy();
  await idle();
});

test('when the caller leaves, the service sees its request end', async () => {
  const { proxy } = await connectTo(server, service.url);
  const ended: Promise<unknown>[] = [];
  service.respond((req, res) => {
    ended.push(once(res, 'close'));
    if (req.url === '/late') return;
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.write('data: 1\n\n');
  });
  const early = open(`${proxy}/events`);
  early.on('error', () => {});
  early.end();
  await responseTo(early);
  early.destroy();
  await ended[0];
  const late = open(`${proxy}/late`);
  late.on('error', () => {});
  late.end();
  await vi.waitFor(() => expect(ended).toHaveLength(2));
  late.destroy();
  await ended[1];
  await idle();
});

test('when the service breaks off, so does the response', async () => {
  const { proxy } = await connectTo(server, service.url);
  service.respond((_req, res) => {
    res.writeHead(200, { 'content-length': '100' });
    res.write('half');
    setTimeout(() => res.destroy(), 50);
  });
  const request = open(`${proxy}/x`);
  request.end();
  const response = await responseTo(request);
  response.resume();
  await expect(once(response, 'end')).rejects.toThrow('aborted');
  await idle();
});

test('an upload may take longer than other requests', async () => {
  const { proxy } = await connectTo(server, service.url);
  const request = open(`${proxy}/x`, 'POST');
  for (let part = 0; part < 7; part += 1) {
    request.write('x');
    await wait(400);
  }
  request.end();
  const response = await responseTo(request);
  expect(response.statusCode).toBe(200);
  response.resume();
  await once(response, 'end');
  expect(service.received[0]?.body).toBe('xxxxxxx');
});

test('a service that does not respond is 504, and one that falls silent breaks off', async () => {
  const { proxy, id } = await connectTo(server, service.url);
  service.respond(() => {});
  const answer = await server.rest('GET', `${proxy}/x`);
  expect(answer).toMatchObject({
    status: 504,
    json: { error: { code: 'gateway_timeout' } },
    headers: { 'patchbay-proxy': 'patchbay' },
  });
  const event = await server.deps.db.auditEvent.findFirstOrThrow({
    where: { connectionId: id, action: 'connection.proxy' },
  });
  expect(event.detail).toMatchObject({ failure: 'outbound_timeout' });
  service.respond((_req, res) => res.write('first'));
  const request = open(`${proxy}/x`);
  request.end();
  const response = await responseTo(request);
  response.resume();
  await expect(once(response, 'end')).rejects.toThrow('aborted');
});

test('a body over the limit is 413, with and without a length', async () => {
  const { proxy } = await connectTo(server, service.url);
  const body = Buffer.alloc(1024 * 1024 + 1, 'x');
  const headers = { authorization: `Bearer ${server.adminKey}` };
  const said = await server.send({
    method: 'POST',
    path: `${proxy}/x`,
    headers: { ...headers, 'content-length': String(body.length) },
  });
  expect(said).toMatchObject({ status: 413, headers: { 'patchbay-proxy': 'patchbay' } });
  expect(service.received).toEqual([]);
  const request = open(`${proxy}/x`, 'POST');
  request.write(body.subarray(0, 600_000));
  request.write(body.subarray(600_000));
  request.on('error', () => {});
  expect((await responseTo(request)).statusCode).toBe(413);
  request.destroy();
  await idle();
});

test('the limits of a connection and of a host end with 429', async () => {
  const [one, two] = [await connectTo(server, service.url), await connectTo(server, service.url)];
  service.respond((_req, res) => res.write('open'));
  const start = async (proxy: string) => {
    const request = open(`${proxy}/x`);
    request.on('error', () => {});
    request.end();
    return [request, (await responseTo(request)).statusCode] as const;
  };
  const opened = [await start(one.proxy), await start(one.proxy)];
  const refused = await server.rest('GET', `${one.proxy}/x`);
  expect(refused).toMatchObject({ status: 429, headers: { 'retry-after': '1' } });
  opened.push(await start(two.proxy));
  expect(opened.map(([, status]) => status)).toEqual([200, 200, 200]);
  expect((await server.rest('GET', `${two.proxy}/x`)).status).toBe(429);
  for (const [request] of opened) request.destroy();
  await idle();
});

test('a stream ends soon after its key is revoked', { timeout: 15_000 }, async () => {
  const { proxy } = await connectTo(server, service.url);
  const key = await server.createKey({ role: 'caller', projectId: server.home.projectId });
  service.respond((_req, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    const ticking = setInterval(() => res.write('data: tick\n\n'), 200);
    res.once('close', () => clearInterval(ticking));
  });
  const request = open(`${proxy}/events`, 'GET', key);
  request.end();
  const response = await responseTo(request);
  response.resume();
  await server.deps.db.accessKey.updateMany({
    where: { role: 'caller' },
    data: { revokedAt: new Date() },
  });
  const startedAt = performance.now();
  await expect(once(response, 'end')).rejects.toThrow('aborted');
  expect(performance.now() - startedAt).toBeLessThan(rightCheckPause + 2_000);
  await idle();
});
