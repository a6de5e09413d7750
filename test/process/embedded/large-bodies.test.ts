import { Readable } from 'node:stream';
import { request } from 'undici';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  adminKey,
  makeEnvironment,
  projectOf,
  type ServerProcess,
  startServer,
} from '../../helpers/process.ts';
import { openAi, send, type Target } from '../requests.ts';

const mebibyte = 1_048_576;

/** Sends a body on a new connection. */
async function post({ url }: Target, path: string, body: string | Readable) {
  const {
    statusCode,
    headers,
    body: answer,
  } = await request(`${url}${path}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${adminKey}`, 'Content-Type': 'application/json' },
    body,
    reset: true,
  });
  await answer.dump();
  return { status: statusCode, headers };
}

/** A body without a length. */
function chunked(size: number): Readable {
  return Readable.from(Array.from({ length: size / 65_536 }, () => Buffer.alloc(65_536, ' ')));
}

async function residentBytes(target: Target): Promise<number> {
  const { text } = await send(target, 'GET /metrics');
  return Number(/^process_resident_memory_bytes (\d+)$/m.exec(text)?.[1]);
}

describe('large bodies', () => {
  let server: ServerProcess;
  let projectId: string;

  beforeAll(async () => {
    server = await startServer({
      ...(await makeEnvironment()),
      LOG_LEVEL: 'warn',
      NODE_OPTIONS: '--max-old-space-size=192', // so that garbage does not count as growth
    });
    projectId = await projectOf(server);
  }, 60_000);

  it.each([
    ['says that it is too large', () => ' '.repeat(mebibyte + 1)],
    ['turns out to be too large', () => chunked(mebibyte + 65_536)],
  ])('close the connection when a body %s and is not read', async (_, body) => {
    // Node needs `duplex` for a body that is a stream; the types of fetch do not know it.
    const request: RequestInit & { duplex: 'half' } = {
      method: 'POST',
      headers: { Authorization: `Bearer ${adminKey}`, 'Content-Type': 'application/json' },
      body: body() as string,
      duplex: 'half',
    };
    const response = await fetch(`${server.url}/v1/connections`, request);
    await response.text();
    expect(response.status).toBe(413);
    expect(response.headers.get('connection')).toBe('close');
  });

  /** Eight bodies of about a mebibyte, one for each outcome. */
  async function sendAllKinds(n: number): Promise<number[]> {
    const taken = openAi(projectId, `large ${n}`, 'x'.repeat(mebibyte - 300));
    const connections = '/v1/connections';
    const answers = await Promise.all([
      post(server, connections, JSON.stringify(taken)),
      post(server, connections, JSON.stringify({ ...taken, surplus: true })),
      post(server, connections, JSON.stringify(taken).slice(0, -1)),
      post(server, connections, `[${'{},'.repeat(340_000)}{}]`),
      post(server, connections, chunked(mebibyte)),
      post(server, connections, ' '.repeat(mebibyte + 1)),
      post(server, connections, chunked(mebibyte + 65_536)),
      post(server, '/graphql', JSON.stringify({ query: ' '.repeat(mebibyte - 100) })),
    ]);
    return answers.map(({ status }) => status);
  }

  it('leave nothing in memory, accepted or refused', async () => {
    for (let n = 0; n < 4; n++) {
      expect(await sendAllKinds(n)).toEqual([201, 400, 400, 400, 400, 413, 413, 200]);
    }
    const before = await residentBytes(server);
    for (let n = 4; n < 29; n++) await sendAllKinds(n);
    expect((await residentBytes(server)) - before).toBeLessThan(150 * mebibyte);
    expect((await send(server, 'GET /ready')).status).toBe(200);
    expect(await server.end()).toEqual({ code: 0, signal: null });
  }, 120_000);
});
