import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/platform/db/database.ts';
import { findFreePort } from '../helpers/process.ts';
import { testDatabase } from '../setup/test-database.ts';

const password = 'the-password';
const credentials = `ann:${password}`;

/** Returns the message of the failure to open a database. */
async function failureOf(databaseUrl: string): Promise<string> {
  const error: unknown = await openDatabase({ databaseUrl, dataDir: undefined }).then(
    () => undefined,
    (failure: unknown) => failure,
  );
  const message = error instanceof Error ? error.message : '';
  expect(message).not.toContain(password);
  return message;
}

test('a port without a server is named with its host', async () => {
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

test('a server without TLS is named when the URL requires TLS', async () => {
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

test('a missing file of the URL is named', async () => {
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

  test('without the database is named', async () => {
    const url = urlOf((given) => {
      given.pathname = '/no_such_database';
    });
    expect(await failureOf(url)).toMatch(/^There is no database "no_such_database" at .+:\d+/);
  });

  test('without the user is named', async () => {
    const url = urlOf((given) => {
      given.username = 'nobody_here';
      given.password = password;
    });
    expect(await failureOf(url)).toMatch(
      /^The database at .+ refuses the user "nobody_here": authentication failed/,
    );
  });
});
