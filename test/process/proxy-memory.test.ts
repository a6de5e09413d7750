import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  adminKey,
  makeEnvironment,
  projectOf,
  type ServerProcess,
  startServer,
} from '../helpers/process.ts';
import { send } from './requests.ts';

/* A body through the proxy takes no memory of its own, however large it is. */

const gibibyte = 1024 ** 3;
const mostGrowth = 64 * 1024 ** 2;

let service: Server;
let server: ServerProcess;
let proxy: URL;
beforeAll(async () => {
  service = createServer(async (req, res) => {
    let size = 0;
    for await (const chunk of req) size += chunk.length;
    const wanted = Number(new URL(req.url ?? '', 'http://service').searchParams.get('bytes'));
    const type = req.url?.startsWith('/text') ? 'text/plain' : 'application/octet-stream';
    res.writeHead(200, { 'content-type': type, 'x-received': String(size) });
    await pipeline(zeros(wanted), res).catch(() => {});
  });
  await new Promise<void>((done) => service.listen(0, '127.0.0.1', done));
  const { port } = service.address() as AddressInfo;
  server = await startServer({ ...(await makeEnvironment()), OUTBOUND_ALLOW: '127.0.0.1' });
  const config = { api_key: 'replace-me', url: `http://127.0.0.1:${port}` };
  const body = {
    project_id: await projectOf(server),
    name: 'large bodies',
    type: 'dynamiq.connections.OpenAI',
    config,
  };
  const made = await send(server, 'POST /v1/connections', { body });
  const { data } = JSON.parse(made.text) as { data: { id: string } };
  proxy = new URL(`/v1/connections/${data.id}/proxy`, server.url);
}, 90_000);
afterAll(async () => {
  await server?.end();
  service?.closeAllConnections();
  await new Promise((done) => service?.close(done));
});

/** Makes a body of so many zeros, in chunks as a file has them. */
function zeros(bytes: number): Readable {
  const chunk = Buffer.alloc(65_536);
  return Readable.from(
    (function* () {
      for (let left = bytes; left > 0; left -= chunk.length) {
        yield left < chunk.length ? chunk.subarray(0, left) : chunk;
      }
    })(),
  );
}

/** Sends and receives bodies of these sizes; returns how much arrived at each end. */
async function exchange(path: string, { up = 0, down = 0 }: { up?: number; down?: number }) {
  const outgoing = request(`${proxy}${path}?bytes=${down}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminKey}`, 'content-length': up },
    agent: false,
  });
  const responding = once(outgoing, 'response') as Promise<[IncomingMessage]>;
  await pipeline(zeros(up), outgoing);
  const [response] = await responding;
  let received = 0;
  for await (const chunk of response) received += chunk.length;
  return { up: Number(response.headers['x-received']), down: received };
}

function residentMemory(): number {
  const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

/** Runs an exchange; returns by how much the memory of the server grew at most. */
async function growthDuring(work: () => Promise<void>): Promise<number> {
  const before = residentMemory();
  let most = before;
  const watching = setInterval(() => {
    most = Math.max(most, residentMemory());
  }, 50);
  try {
    await work();
  } finally {
    clearInterval(watching);
  }
  return most - before;
}

test.each([
  ['an upload', '/x', { up: gibibyte }],
  ['a download', '/x', { down: gibibyte }],
  ['a download of text, which is masked,', '/text', { down: gibibyte }],
])(
  '%s of 1 GiB: the server grows by less than 64 MiB',
  async (_what, path, { up = 0, down = 0 }: { up?: number; down?: number }) => {
    const small = 64 * 1024 ** 2;
    await exchange(path, { up: Math.min(up, small), down: Math.min(down, small) });
    const growth = await growthDuring(async () => {
      expect(await exchange(path, { up, down })).toEqual({ up, down });
    });
    expect(growth).toBeLessThan(mostGrowth);
  },
  120_000,
);
