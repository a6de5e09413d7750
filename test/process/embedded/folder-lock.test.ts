import { expect, it } from 'vitest';
import {
  findFreePort,
  makeEnvironment,
  projectOf,
  startRefused,
  startServer,
} from '../../helpers/process.ts';
import { fetchApiKey, send, storeOpenAi } from '../requests.ts';

it('refuses a second process on the same folder, naming the first, until that one is dead', async () => {
  const environment = await makeEnvironment();
  const first = await startServer(environment);
  const id = await storeOpenAi(first, await projectOf(first), 'kept', 'a secret');

  const second = await startRefused({ ...environment, PORT: String(await findFreePort()) });
  expect(second.code).toBe(1);
  expect(second.stderr).toContain(environment.DATA_DIR);
  expect(second.stderr).toMatch(new RegExp(`in use by process ${first.pid} since`));
  expect(second.stderr).not.toMatch(/\n {4}at /);
  expect((await send(first, 'GET /ready')).status).toBe(200);

  expect(await first.end('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
  const third = await startServer(environment);
  expect(await fetchApiKey(third, id)).toBe('a secret');
  await third.end();
}, 60_000);
