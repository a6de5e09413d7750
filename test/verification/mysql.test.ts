import { afterEach, beforeAll, expect, test } from 'vitest';
import { openOutbound } from '../../src/core/outbound/outbound.ts';
import { verifyMysql } from '../../src/core/verification/verify-mysql.ts';
import { canary } from '../helpers/canary.ts';
import { type Certificate, makeCertificate } from '../helpers/services/certificate.ts';
import { serveTcp, stopTcpServers } from '../helpers/services/local-tcp.ts';
import { type MysqlBehaviour, serveMysql } from '../helpers/services/mysql-server.ts';

/* The servers are doubles that speak MySQL's connection phase: they behave in ways a real one rarely does. */

const outbound = openOutbound(['127.0.0.1']);
const password = canary('mysql');
let tls: Certificate;
beforeAll(async () => {
  tls = await makeCertificate();
});
afterEach(stopTcpServers);

function verify(port: number, sent = password, milliseconds = 5_000) {
  const login = { host: '127.0.0.1', port, user: 'app', password: sent, database: 'shop' };
  return verifyMysql(outbound, login, AbortSignal.timeout(milliseconds));
}

test.each<MysqlBehaviour['method']>(['native', 'caching', 'full'])(
  'a good login works over TLS with the method %s, and a wrong password is refused',
  async (method) => {
    const { port, received } = await serveMysql({ tls, method, password });
    expect(await verify(port)).toMatchObject({ verdict: 'ok' });
    expect(await verify(port, 'wrong')).toMatchObject({ verdict: 'refused' });
    expect(received()).not.toContain(password);
  },
);

test.each<MysqlBehaviour['method']>(['native', 'caching'])(
  'a good login works without TLS if the method %s does not reveal the password',
  async (method) => {
    const { port, received } = await serveMysql({ method, password });
    expect(await verify(port)).toMatchObject({ verdict: 'ok' });
    expect(await verify(port, 'wrong')).toMatchObject({ verdict: 'refused' });
    expect(received()).not.toContain(password);
  },
);

test.each<MysqlBehaviour['method']>(['full', 'clear'])(
  'a password does not leave without TLS when the server asks for it with the method %s',
  async (method) => {
    const { port, received } = await serveMysql({ method, password });
    expect(await verify(port)).toMatchObject({ verdict: 'blocked_by_policy' });
    expect(received()).not.toContain(password);
  },
);

test.each([
  [1049, 'refused'],
  [1044, 'insufficient_scope'],
  [1040, 'unreachable'],
  [1105, 'unreachable'],
])('the error %i after the login is the verdict %s', async (errorAfterLogin, verdict) => {
  const { port } = await serveMysql({ tls, method: 'native', password, errorAfterLogin });
  expect(await verify(port)).toMatchObject({ verdict });
});

test('a server that sends no MySQL fails with OutboundUnreachableError', async () => {
  for (const bytes of ['HTTP/1.1 400 Bad Request\r\n\r\n', '\0\0\0', '\x05\0\0\0\x0a\0\0\0\0']) {
    const { port } = await serveTcp((socket) => void socket.end(bytes, 'latin1'));
    await expect(verify(port)).rejects.toMatchObject({ code: 'outbound_unreachable' });
  }
});

test('a server that asks for a local file gets none', async () => {
  // 0xfb and a path is MySQL's LOCAL INFILE request.
  const infile = Buffer.from('\x0c\0\0\x01\xfb/etc/passwd', 'latin1');
  const { port, received } = await serveMysql({ method: 'native', password, answer: infile });
  await expect(verify(port, password, 500)).rejects.toMatchObject({
    code: 'outbound_unreachable',
  });
  expect(received()).not.toContain('root:');
});

test('a port that nobody serves fails with OutboundUnreachableError, and a closed host with OutboundRefusedError', async () => {
  await expect(verify(1)).rejects.toMatchObject({ code: 'outbound_unreachable' });
  const login = { host: '10.0.0.1', port: 3306, user: 'u', password, database: undefined };
  await expect(
    verifyMysql(openOutbound([]), login, AbortSignal.timeout(5_000)),
  ).rejects.toMatchObject({ code: 'outbound_refused' });
});
