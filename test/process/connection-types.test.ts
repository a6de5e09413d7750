import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import {
  endLeftBehind,
  makeEnvironment,
  makeFolder,
  runTool,
  startRefused,
  startServer,
} from '../helpers/process.ts';
import { send } from './requests.ts';

/* The folder in CONNECTION_TYPES, at the start of the built server and in the tool. */

afterAll(endLeftBehind);

const definition = (type: string) => ({
  type,
  label: 'Acme',
  fields: [{ name: 'api_key', kind: 'string', required: true, secret: true }],
});

test('a wrong file stops the start before anything is made, and is named', async () => {
  const folder = makeFolder();
  writeFileSync(join(folder, 'acme.yaml'), 'type: custom.Acme\nlabel: Acme\nfields: []\n');
  const data = makeFolder();
  const { code, stderr } = await startRefused({ CONNECTION_TYPES: folder, DATA_DIR: data });
  expect(code).toBe(1);
  expect(stderr).toContain('CONNECTION_TYPES has files that are wrong:');
  expect(stderr).toMatch(/acme\.yaml: fields /);
  expect(existsSync(join(data, 'db'))).toBe(false);
});

test('a file and an organization cannot define one type, at the start and in an import', async () => {
  const folder = makeFolder();
  writeFileSync(
    join(folder, 'mail.yml'),
    'type: custom.Mail\nlabel: Mail\nfields: [{ name: token, kind: string }]\n',
  );
  const environment = { ...(await makeEnvironment()), CONNECTION_TYPES: folder };
  const server = await startServer(environment);
  const listed = await send(server, 'GET /v1/connection-types?search=custom.');
  expect(listed.text).toContain('"custom.Mail"');
  const created = await send(server, 'POST /v1/connection-types', {
    body: definition('custom.Acme'),
  });
  expect(created.status).toBe(201);
  await server.end();

  const file = join(makeFolder(), 'export.jsonl');
  expect((await runTool(environment, 'export', '--file', file)).code).toBe(0);
  writeFileSync(join(folder, 'acme.json'), JSON.stringify(definition('custom.Acme')));
  const refused = await startRefused(environment);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('CONNECTION_TYPES defines custom.Acme');
  const doctor = await runTool(environment, 'doctor');
  expect(doctor.stdout).toMatch(/^ok {3}connection types +all files in /m);
  expect(doctor.stdout).toMatch(/^BAD {2}type names +CONNECTION_TYPES defines custom\.Acme/m);
  const target = { ...(await makeEnvironment()), CONNECTION_TYPES: folder };
  const clash = await runTool(target, 'import', '--file', file);
  expect([clash.code, clash.stderr]).toEqual([
    1,
    expect.stringContaining('both define custom.Acme'),
  ]);
  const { CONNECTION_TYPES: _left, ...without } = target;
  expect((await runTool(without, 'import', '--file', file)).code).toBe(0);
}, 120_000);
