import { expect, it } from 'vitest';
import { makeEnvironment, runTool, startServer } from '../helpers/process.ts';
import { send } from './requests.ts';

it('rotate-signing-key publishes a new key, and takes the old ones back when they are compromised', async () => {
  const PUBLIC_URL = 'https://connect.patchbay.example';
  const environment = { ...(await makeEnvironment()), LOG_LEVEL: 'warn', PUBLIC_URL };
  const published = async () => {
    const server = await startServer(environment);
    const { text } = await send(server, 'GET /.well-known/jwks.json', { key: null });
    await server.end();
    return (JSON.parse(text) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid);
  };
  const [first, ...none] = await published();
  expect(none).toEqual([]);

  const rotated = await runTool(environment, 'rotate-signing-key');
  expect([rotated.code, rotated.stderr]).toEqual([0, '']);
  const [, second] = /^The key (\S+) is published, .* in 10 minutes\./.exec(rotated.stdout) ?? [];
  expect(rotated.stdout).toContain(PUBLIC_URL);
  expect(await published()).toEqual([second, first]);

  const voided = await runTool(environment, 'rotate-signing-key', '--compromised');
  const [, third] = /^The key (\S+) signs for \S+ from now on\./.exec(voided.stdout) ?? [];
  expect([voided.code, third]).toEqual([0, expect.stringMatching(/^[\da-f-]{36}$/)]);
  expect(await published()).toEqual([third]);
}, 90_000);
