import { afterEach, expect, test } from 'vitest';
import { openOutbound } from '../../src/core/outbound/outbound.ts';
import { type RedisLogin, verifyRedis } from '../../src/core/verification/verify-redis.ts';
import { canary } from '../helpers/canary.ts';
import { serveTcp, stopTcpServers } from '../helpers/services/local-tcp.ts';
import { serveRedis } from '../helpers/services/redis-server.ts';

/* The servers are doubles that speak the two commands of Redis that a check sends. */

const password = canary('redis');
afterEach(stopTcpServers);

function verify(port: number, login: Partial<RedisLogin> = {}) {
  const whole = { host: '127.0.0.1', port, user: undefined, password, tls: false, ...login };
  return verifyRedis(openOutbound(['127.0.0.1']), whole, AbortSignal.timeout(3_000));
}

test('a login works with and without a user, and without a password where none is needed', async () => {
  const plain = await serveRedis({ password });
  const named = await serveRedis({ user: 'app', password });
  const open = await serveRedis({});
  expect(await verify(plain.port)).toMatchObject({ verdict: 'ok' });
  expect(await verify(named.port, { user: 'app' })).toMatchObject({ verdict: 'ok' });
  expect(await verify(open.port, { password: undefined })).toMatchObject({ verdict: 'ok' });
});

test('a wrong password, a missing one and a wrong user are refused', async () => {
  const { port } = await serveRedis({ user: 'app', password });
  const wrong = { user: 'app', password: 'wrong' };
  expect(await verify(port, wrong)).toMatchObject({ verdict: 'refused' });
  expect(await verify(port, { password: undefined })).toMatchObject({ verdict: 'refused' });
  expect(await verify(port, { user: 'other' })).toMatchObject({ verdict: 'refused' });
});

test.each([
  ['-NOPERM this user has no permissions\r\n', 'insufficient_scope'],
  ['-LOADING Redis is loading the dataset in memory\r\n', 'unreachable'],
])('the reply %j is the verdict %s', async (reply, verdict) => {
  const { port } = await serveRedis({ reply });
  expect(await verify(port)).toMatchObject({ verdict });
});

test.each(['HTTP/1.1 400 Bad Request\r\n\r\n', `${'x'.repeat(10_000)}`])(
  'a server that sends no reply of Redis fails with an OutboundError: %.20j',
  async (bytes) => {
    const { port } = await serveTcp((socket) => void socket.write(bytes));
    await expect(verify(port)).rejects.toMatchObject({ host: '127.0.0.1' });
  },
);
