import { expect, it } from 'vitest';
import { makeEnvironment, projectOf, startRefused, startServer } from '../helpers/process.ts';
import { fetchApiKey, storeOpenAi } from './requests.ts';

const otherKey = Buffer.alloc(32, 'another master key').toString('base64');

it('starts neither with another master key of the same id nor without it, and names the id', async () => {
  const environment = await makeEnvironment();
  const MASTER_KEYS = environment.MASTER_KEYS?.replace('k1', 'main-2026') ?? '';
  const server = await startServer({ ...environment, MASTER_KEYS });
  const id = await storeOpenAi(server, await projectOf(server), 'sealed', 'a secret');
  await server.end();

  const wrong = await startRefused({ ...environment, MASTER_KEYS: `main-2026:${otherKey}` });
  expect(wrong.code).toBe(1);
  expect(wrong.stderr).toMatch(/^The master key "main-2026" is another than/);
  expect(wrong.stderr).not.toContain(otherKey);

  const missing = await startRefused({ ...environment, MASTER_KEYS: `other:${otherKey}` });
  expect(missing.code).toBe(1);
  expect(missing.stderr).toMatch(/^The master key "main-2026" is missing/);

  const both = { ...environment, MASTER_KEYS: `other:${otherKey},${MASTER_KEYS}` };
  const again = await startServer(both);
  expect(await fetchApiKey(again, id)).toBe('a secret');
  await again.end();
}, 90_000);
