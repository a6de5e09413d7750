import { once } from 'node:events';
import { type ClientRequest, request } from 'node:http';
import { expect, it } from 'vitest';
import {
  adminKey,
  makeEnvironment,
  projectOf,
  type ServerProcess,
  startServer,
} from '../helpers/process.ts';
import { openAi, send, type Target } from './requests.ts';

it('finishes the running requests on SIGTERM, accepts no new ones and ends with code 0', async () => {
  const server = await startServer(await makeEnvironment());
  const projectId = await projectOf(server);
  expect((await send(server, 'GET /health')).status).toBe(200); // leaves an idle connection
  const finish = await beginUploads(server, projectId);
  await expectOrderlyEnd(server, 'SIGTERM', finish);
}, 60_000);

it('ends soon on SIGINT while clients keep their connections busy', async () => {
  const server = await startServer(await makeEnvironment());
  const projectId = await projectOf(server);
  const statuses: number[] = [];
  let refused = 0;
  const client = async (name: string) => {
    for (let n = 0; refused < 20; n++) {
      const body = openAi(projectId, `${name} ${n}`);
      const answer = await send(server, 'POST /v1/connections', { body }).catch(() => undefined);
      if (answer === undefined) return void refused++;
      statuses.push(answer.status);
    }
  };
  const clients = Promise.all(Array.from({ length: 20 }, (_, n) => client(`client ${n}`)));
  await expect.poll(() => statuses.length, { timeout: 30_000 }).toBeGreaterThan(100);
  const finish = await beginUploads(server, projectId);
  const signalled = performance.now();
  await expectOrderlyEnd(server, 'SIGINT', finish);
  expect(performance.now() - signalled).toBeLessThan(10_000);
  await clients;
  expect(new Set(statuses)).toEqual(new Set([201]));
}, 90_000);

it('obeys a signal that comes as soon as the server says that it listens', async () => {
  const environment = await makeEnvironment();
  for (let round = 0; round < 3; round++) {
    const server = await startServer(environment);
    expect(await server.end()).toEqual({ code: 0, signal: null });
  }
}, 60_000);

it('returns 503 at /ready for SHUTDOWN_DELAY, and serves everything else as before', async () => {
  const server = await startServer({ ...(await makeEnvironment()), SHUTDOWN_DELAY: '3' });
  const signalled = performance.now();
  const ended = server.end();
  await server.said(/"msg":"stopping"/);
  const ready = await send(server, 'GET /ready');
  expect(ready.status).toBe(503);
  expect((await send(server, 'GET /health')).status).toBe(200);
  expect(await ended).toEqual({ code: 0, signal: null });
  expect(performance.now() - signalled).toBeGreaterThan(2_900);
}, 60_000);

it('counts a signal that a terminal and npm both send as one', async () => {
  const server = await startServer(await makeEnvironment());
  const first = server.end('SIGINT');
  process.kill(server.pid, 'SIGINT');
  expect(await first).toEqual({ code: 0, signal: null });
}, 60_000);

const uploads = 20;

/** Sends the first halves of `count` bodies; returns a function that sends the rest. */
async function beginUploads(server: Target, projectId: string) {
  const begun = await Promise.all(
    Array.from({ length: uploads }, (_, n) =>
      beginUpload(server, openAi(projectId, `upload ${n}`)),
    ),
  );
  return () => Promise.all(begun.map((upload) => upload.finish()));
}

async function expectOrderlyEnd(
  server: ServerProcess,
  signal: 'SIGTERM' | 'SIGINT',
  finishUploads: () => Promise<(number | undefined)[]>,
) {
  const ended = server.end(signal);
  await server.said(/"msg":"stopping"/);
  // A kept connection may send one more request; a new connection is refused.
  const another = request({ port: server.port, path: '/health', agent: false }).end();
  await expect(once(another, 'response')).rejects.toThrow(/ECONNREFUSED|ECONNRESET|hang up/);
  const statuses = await finishUploads();

  expect(statuses).toEqual(Array.from({ length: uploads }, () => 201));
  const finished = performance.now();
  expect(await ended).toEqual({ code: 0, signal: null });
  expect(performance.now() - finished).toBeLessThan(4_000);
  expect(server.stdout()).toMatch(/"msg":"stopped"\}\n$/);
  for (const line of server.stdout().trimEnd().split('\n')) {
    expect(JSON.parse(line)).toHaveProperty('msg');
  }
}

/** Sends the first half of a body after the server has said that the request began. */
async function beginUpload({ url }: Target, sent: object) {
  const body = Buffer.from(JSON.stringify(sent));
  const upload = request(`${url}/v1/connections`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${adminKey}`,
      'Content-Type': 'application/json',
      'Content-Length': body.length,
      Expect: '100-continue',
    },
  });
  const status = statusOf(upload);
  await new Promise((resolve) => upload.once('continue', resolve));
  upload.write(body.subarray(0, 20));
  return {
    finish: () => {
      upload.end(body.subarray(20));
      return status;
    },
  };
}

function statusOf(upload: ClientRequest): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    upload.once('error', reject);
    upload.once('response', (response) => {
      response.resume().once('end', () => resolve(response.statusCode));
    });
    upload.flushHeaders();
  });
}
