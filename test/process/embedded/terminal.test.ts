import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  builtServer,
  findFreePort,
  launch,
  makeDataFolder,
  type Process,
  shortLived,
} from '../../helpers/process.ts';
import { fetchApiKey, storeOpenAi } from '../requests.ts';

/** `script` gives its command a terminal of its own, and ends the command when it is ended. */
async function startOnTerminal(dataDir: string, port: number): Promise<Process> {
  const command = `exec '${process.execPath}' ${shortLived.join(' ')} '${builtServer}'`;
  const environment = { DATA_DIR: dataDir, PORT: String(port), SHELL: '/bin/sh' };
  const terminal = launch('script', ['-qec', command, '/dev/null'], environment);
  await terminal.said(/Patchbay listens on/);
  return terminal;
}

it('prints the admin key itself on a terminal, at the first start only', async () => {
  const [dataDir, port] = [await makeDataFolder(), await findFreePort()];
  const first = await startOnTerminal(dataDir, port);
  const [, key] = await first.said(/^ {2}Admin key {3}(acc_[0-9A-Za-z]{64})\r?$/m);
  const [, projectId = ''] = await first.said(/^ {2}Project +([0-9a-f-]{36})\r?$/m);
  const target = { url: `http://127.0.0.1:${port}` };
  const id = await storeOpenAi(target, projectId, 'by the printed key', 'a secret', key);
  expect(await fetchApiKey(target, id, key)).toBe('a secret');
  expect(existsSync(join(dataDir, 'bootstrap-access-key'))).toBe(false);
  await first.end();

  const second = await startOnTerminal(dataDir, port);
  await second.end();
  expect(second.stdout()).not.toMatch(/acc_|Admin key|Project/);
}, 60_000);
