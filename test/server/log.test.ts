import { expect, test } from 'vitest';
import { createLog } from '../../src/edge/server/log.ts';
import { canary } from '../helpers/canary.ts';
import { createConnection } from '../helpers/connections.ts';
import { startTestServer } from '../helpers/server.ts';

test('a request is logged in one line without its query string and headers', async () => {
  const server = await startTestServer();
  const { id } = await createConnection(server);
  const path = `/v1/connections/${id}`;
  const { headers } = await server.rest('GET', `${path}?token=${canary()}`, {
    headers: { 'x-secret': canary() },
  });
  await server.close(); // searches the log for both
  const requestId = headers['x-request-id'];
  expect(server.logged().filter((line) => line.requestId === requestId)).toEqual([
    {
      level: 'info',
      time: expect.any(String),
      requestId,
      method: 'GET',
      path,
      status: 200,
      ms: expect.any(Number),
      ip: '127.0.0.1',
      msg: 'request',
    },
  ]);
});

test('an error is logged with its causes and without its other fields', () => {
  const lines: string[] = [];
  const log = createLog({ logLevel: 'info' }, { write: (line) => void lines.push(line) });
  const cause = Object.assign(new Error('inner'), { detail: 'SECRET', parameters: ['SECRET'] });
  const err = Object.assign(new Error('outer', { cause }), { code: 'P2002', meta: 'SECRET' });
  log.error({ err, token: 'x', inner: { token: 'SECRET', password: 'SECRET' } }, 'failed');
  expect(lines.join('')).not.toContain('SECRET');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    err: { message: 'outer', code: 'P2002', cause: { message: 'inner' } },
  });
});
