import { join } from 'node:path';
import { expect, test } from 'vitest';
import { launchScript } from '../helpers/process.ts';

test('an uncaught error in the thread ends the process and is logged', async () => {
  const script = "data:text/javascript,setTimeout(() => { throw new Error('a bug') }, 100)";
  const server = launchScript(join(import.meta.dirname, 'refresh-thread.main.ts'), script);
  expect((await server.exited).code).toBe(1);
  expect(server.stderr()).toContain('Error: a bug');
});
