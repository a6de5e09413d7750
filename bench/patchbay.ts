import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { pidOf, type Served, stopChild } from './children.ts';

/** The server under test, with a client of its API. */
export type Patchbay = Served & {
  accessKey: string;
  graphql<Data>(query: string, variables: object): Promise<Data>;
};

/** Starts the built server as in production; its log goes to /dev/null, at level info. */
export async function startPatchbay(databaseUrl: string): Promise<Patchbay> {
  const accessKey = `acc_${randomBytes(32).toString('hex')}`;
  const port = await findFreePort();
  const env = {
    PATH: process.env.PATH,
    NODE_ENV: 'production',
    LOG_LEVEL: 'info',
    PORT: String(port),
    DATABASE_URL: databaseUrl,
    MASTER_KEYS: `bench:${randomBytes(32).toString('base64')}`,
    BOOTSTRAP_ACCESS_KEY: accessKey,
    OUTBOUND_ALLOW: '127.0.0.1', // the service behind the proxy
  };
  const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  process.once('exit', () => child.kill('SIGKILL'));
  await waitUntilReady(port, () => child.exitCode !== null);
  const graphql = createGraphqlClient(port, accessKey);
  return { pid: pidOf(child), port, accessKey, graphql, stop: () => stopChild(child) };
}

async function waitUntilReady(port: number, hasEnded: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    if (hasEnded()) break;
    const ready = await fetch(`http://127.0.0.1:${port}/ready`).catch(() => undefined);
    await ready?.arrayBuffer();
    if (ready?.ok) return;
    await wait(100);
  }
  throw new Error('The server did not become ready.');
}

function createGraphqlClient(port: number, accessKey: string): Patchbay['graphql'] {
  return async <Data>(query: string, variables: object) => {
    const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${accessKey}` },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as { data: Data; errors?: unknown };
    if (errors !== undefined) throw new Error(`GraphQL answered ${JSON.stringify(errors)}`);
    return data;
  };
}

async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('No free port.');
  return address.port;
}
