import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openOutbound } from '../../src/core/outbound/outbound.ts';
import { verifyPostgresql } from '../../src/core/verification/verify-postgresql.ts';
import { canary } from '../helpers/canary.ts';
import { makeCertificate } from '../helpers/services/certificate.ts';
import { serveTcp, stopTcpServers } from '../helpers/services/local-tcp.ts';
import { type Cluster, startCluster } from '../setup/cluster.ts';
import { findAccount } from '../setup/installation.ts';

const outbound = openOutbound(['127.0.0.1']);
const password = canary('postgresql');

/* The users of the test, each with its method of authentication and its database. */
const rules = `
host all postgres 127.0.0.1/32 trust
host all scram 127.0.0.1/32 scram-sha-256
host all md5 127.0.0.1/32 md5
hostssl all clear 127.0.0.1/32 password
hostnossl all clear 127.0.0.1/32 password
`;

let folder: string;
/** With TLS, and without. */
let clusters: Cluster[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'patchbay-hba-'));
  const { key, cert } = await makeCertificate();
  const files = { 'hba.conf': rules, 'key.pem': key, 'cert.pem': cert };
  const { uid, gid } = findAccount();
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(folder, name), text, { mode: 0o600 });
    if (uid !== undefined) await chown(join(folder, name), uid, gid ?? uid);
  }
  await chmod(folder, 0o755);
  const hba = { hba_file: join(folder, 'hba.conf') };
  const tls = {
    ssl: 'on',
    ssl_key_file: join(folder, 'key.pem'),
    ssl_cert_file: join(folder, 'cert.pem'),
  };
  clusters = await Promise.all([startCluster({ ...hba, ...tls }), startCluster(hba)]);
  for (const cluster of clusters) await createUsers(cluster);
}, 60_000);

afterAll(async () => {
  await Promise.all(clusters.map((cluster) => cluster.stop()));
  await rm(folder, { recursive: true, force: true });
});
afterEach(stopTcpServers);

async function createUsers(cluster: Cluster): Promise<void> {
  const client = new pg.Client(cluster.url());
  await client.connect();
  for (const user of ['scram', 'clear']) {
    await client.query(`CREATE ROLE ${user} LOGIN PASSWORD '${password}'`);
  }
  await client.query(
    `SET password_encryption = 'md5'; CREATE ROLE md5 LOGIN PASSWORD '${password}'`,
  );
  await client.query('CREATE DATABASE closed');
  await client.query('REVOKE CONNECT ON DATABASE closed FROM PUBLIC');
  await client.end();
}

type Login = { user?: string; password?: string; database?: string };

function verify(port: number, login: Login = {}, milliseconds = 5_000) {
  const whole = {
    host: '127.0.0.1',
    port,
    user: 'scram',
    password,
    database: 'postgres',
    ...login,
  };
  return verifyPostgresql(outbound, whole, AbortSignal.timeout(milliseconds));
}

const portOf = (cluster: Cluster | undefined) => Number(new URL(cluster?.url() ?? '').port);

test.each(['scram', 'md5'])(
  'a login with the method %s works with and without TLS',
  async (user) => {
    for (const cluster of clusters) {
      expect(await verify(portOf(cluster), { user })).toMatchObject({ verdict: 'ok' });
    }
  },
);

test('a wrong password is refused, and so is an unknown user', async () => {
  for (const cluster of clusters) {
    const wrong = await verify(portOf(cluster), { password: 'wrong' });
    expect(wrong).toMatchObject({ verdict: 'refused', httpStatus: null, account: null });
    expect(await verify(portOf(cluster), { user: 'nobody' })).toMatchObject({ verdict: 'refused' });
    expect(await verify(portOf(cluster), { password: '' })).toMatchObject({ verdict: 'refused' });
  }
});

test('a password leaves in clear text over TLS, and not without', async () => {
  const [withTls, without] = clusters.map(portOf);
  expect(await verify(withTls ?? 0, { user: 'clear' })).toMatchObject({ verdict: 'ok' });
  await expect(verify(without ?? 0, { user: 'clear' })).rejects.toMatchObject({
    code: 'outbound_refused',
  });
});

test('a database that is missing is refused, and one without permission lacks a scope', async () => {
  const port = portOf(clusters[0]);
  expect(await verify(port, { database: 'missing' })).toMatchObject({ verdict: 'refused' });
  expect(await verify(port, { database: 'closed' })).toMatchObject({
    verdict: 'insufficient_scope',
  });
});

/* A server that asks for the password in clear text after a notice, in parts. */
const notice = Buffer.from('N\0\0\0\x05\0', 'latin1');
const clearText = Buffer.from('R\0\0\0\x08\0\0\0\x03', 'latin1');

test.each([
  ['at once', [clearText]],
  ['after a notice', [Buffer.concat([notice, clearText])]],
  ['in parts', [notice, clearText.subarray(0, 5), clearText.subarray(5)]],
])('a server without TLS that asks for the password %s does not get it', async (_when, parts) => {
  const { port, received } = await serveTcp((socket) => {
    socket.once('data', () => {
      socket.write('N');
      socket.once('data', async () => {
        for (const part of parts) {
          socket.write(part);
          await new Promise((done) => setTimeout(done, 20));
        }
      });
    });
  });
  await expect(verify(port)).rejects.toMatchObject({ code: 'outbound_refused' });
  expect(received()).not.toContain(password);
});

test.each([
  'HTTP/1.1 400 Bad Request\r\n\r\n',
  'SS',
  'N\0\0\0\x05',
  'NR\0\0\0\x08\0\0\0\x0a',
  'NE\0\0\0\x09SFATAL',
  'NT\0\0\0\x0a\xff\xff\0\0\0\0',
])('a server that sends no PostgreSQL fails with an OutboundError: %j', async (bytes) => {
  const { port } = await serveTcp((socket) => {
    const [head = '', rest] = bytes.startsWith('N') ? ['N', bytes.slice(1)] : [bytes];
    socket.once('data', () => {
      socket.write(head, 'latin1');
      if (rest !== undefined) socket.once('data', () => socket.end(rest, 'latin1'));
    });
  });
  await expect(verify(port, {}, 1_000)).rejects.toMatchObject({ host: '127.0.0.1' });
});

test('a private address fails with OutboundRefusedError unless OUTBOUND_ALLOW opens it', async () => {
  const login = { host: 'localhost', port: 5432, user: 'u', password, database: undefined };
  await expect(
    verifyPostgresql(openOutbound([]), login, AbortSignal.timeout(5_000)),
  ).rejects.toMatchObject({ code: 'outbound_refused' });
});
