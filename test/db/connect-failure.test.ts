import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/platform/db/database.ts';
import { findFreePort } from '../helpers/process.ts';
import { testDatabase } from '../setup/test-database.ts';

const password = 'the-password';
const credentials = `ann:${password}`;

/** The message with which opening a database fails. */
async function failureOf(databaseUrl: string): Promise<string> {
  const error: unknown = await openDatabase({ databaseUrl, dataDir: undefined }).then(
    () => undefined,
    (failure: unknown) => failure,
  );
  const message = error instanceof Error ? error.message : '';
  expect(message).not.toContain(password);
  return message;
}

test('a port where nobody listens is named with its host', async () => {
  const port = await findFreePort();
  const message = await failureOf(`postgres://${credentials}@127.0.0.1:${port}/x`);
  expect(message).toBe(
    `The database cannot be reached at 127.0.0.1:${port}: the connection is refused (ECONNREFUSED).`,
  );
});

test('a host that does not resolve is named', async () => {
  expect(await failureOf(`postgres://${credentials}@nowhere.invalid/x`)).toMatch(
    /^The database cannot be reached at nowhere\.invalid:5432: the host name does not resolve/,
  );
});

test('a server without TLS is named where the URL demands it', async () => {
  const server = createServer((socket) => {
    socket.once('data', () => socket.end('N')); // as PostgreSQL refuses TLS
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as { port: number };
  const url = `postgres://${credentials}@127.0.0.1:${port}/x?sslmode=verify-full`;
  expect(await failureOf(url)).toMatch(
    new RegExp(`^The database at 127\\.0\\.0\\.1:${port} cannot be reached over TLS: `),
  );
  server.close();
});

test('a file that the URL names is missing', async () => {
  const url = `postgres://${credentials}@127.0.0.1:1/x?sslrootcert=/nowhere/ca.pem`;
  expect(await failureOf(url)).toBe('DATABASE_URL names a file that cannot be read (ENOENT).');
});

describe.runIf(testDatabase().kind === 'postgresql')('a PostgreSQL server', () => {
  const urlOf = (change: (url: URL) => void) => {
    const source = testDatabase();
    const url = new URL(source.kind === 'postgresql' ? source.url : '');
    change(url);
    return url.href;
  };

  test('that has no such database is named', async () => {
    const url = urlOf((given) => {
      given.pathname = '/no_such_database';
    });
    expect(await failureOf(url)).toMatch(/^There is no database "no_such_database" at .+:\d+/);
  });

  test('that has no such user is named', async () => {
    const url = urlOf((given) => {
      given.username = 'nobody_here';
      given.password = password;
    });
    expect(await failureOf(url)).toMatch(
      /^The database at .+ refuses the user "nobody_here": authentication failed/,
    );
  });
});
