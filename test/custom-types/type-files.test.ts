import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readTypeFiles } from '../../src/core/catalog/type-files.ts';
import { ConfigError } from '../../src/platform/errors.ts';

/* The connection types in the folder that CONNECTION_TYPES names. */

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'types-'));
});
afterEach(() => rm(folder, { recursive: true }));

const fields = [{ name: 'api_key', kind: 'string', required: true, secret: true }];
const acme = { type: 'custom.Acme', label: 'Acme', fields };
const put = (name: string, content: string | object) =>
  writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
const complaintsOf = async (of = folder) => {
  const error = await readTypeFiles(of).then(
    () => new Error('It was read.'),
    (thrown: Error) => thrown,
  );
  expect(error).toBeInstanceOf(ConfigError);
  return error.message.split('\n');
};

const yaml = `# A comment
type: custom.Mail
label: Mail
fields:
  - { name: token, kind: string, required: true, secret: true }
http:
  base_url: https://api.mail.example/v1
  inject: [{ in: header, name: Authorization, value: "Bearer {token}" }]
`;

test('JSON and YAML files become custom types, in the order of their names', async () => {
  await put('b.json', acme);
  await put('a.yaml', yaml);
  await put('c.YML', yaml.replace('custom.Mail', 'custom.Other'));
  await put('README.md', 'not a type');
  await mkdir(join(folder, 'sub'));
  const types = await readTypeFiles(folder);
  expect(types.map(({ type }) => type)).toEqual(['custom.Mail', 'custom.Acme', 'custom.Other']);
  expect(types[0]).toMatchObject({
    origin: 'custom',
    version: 1,
    projectId: null,
    customTypeId: null,
    http: { hosts: ['api.mail.example'] },
  });
});

test('links to files are followed, as a mounted folder of Kubernetes needs', async () => {
  await mkdir(join(folder, '..data'));
  await writeFile(join(folder, '..data', 'acme.json'), JSON.stringify(acme));
  await symlink(join('..data', 'acme.json'), join(folder, 'acme.json'));
  expect((await readTypeFiles(folder)).map(({ type }) => type)).toEqual(['custom.Acme']);
});

test('every problem of every file is told with the file and the path', async () => {
  await put('a.json', { ...acme, fields: [{ name: 'Key', kind: 'colour' }], colour: 'red' });
  await put('b.yaml', 'type: custom.B\nlabel: ""\nfields: []\n');
  const [first, ...lines] = await complaintsOf();
  expect(first).toBe('CONNECTION_TYPES has files that are wrong:');
  expect(lines).toEqual(
    expect.arrayContaining([
      'a.json: fields.0.kind is not a known value',
      'a.json: colour is not a known field',
      'b.yaml: label must not be blank',
    ]),
  );
  expect(lines.some((line) => line.startsWith('b.yaml: fields '))).toBe(true);
});

test('two files with one type are both named', async () => {
  await put('a.json', acme);
  await put('b.json', acme);
  expect(await complaintsOf()).toContain('b.json: type custom.Acme is defined in a.json too');
});

test('a file cannot leave its endpoints to an issuer', async () => {
  const client = [
    { name: 'client_id', kind: 'string', required: true },
    { name: 'client_secret', kind: 'string', required: true, secret: true },
  ];
  await put('a.json', { ...acme, fields: client, oauth2: { issuer: 'https://acme.example' } });
  expect((await complaintsOf()).slice(1)).toEqual([
    'a.json: oauth2.authorization_url is missing: a file states the endpoints itself',
    'a.json: oauth2.token_url is missing: a file states the endpoints itself',
  ]);
});

test('a shipped name is refused', async () => {
  await put('a.json', { ...acme, type: 'dynamiq.connections.OpenAI' });
  expect((await complaintsOf())[1]).toMatch(/^a\.json: type must be custom\. and a name/);
});

test.each<[string, string, string | object, RegExp]>([
  ['text that is not JSON', 'a.json', '{"type": ', /^a\.json: is not JSON$/],
  ['an empty file', 'a.json', '', /^a\.json: is not JSON$/],
  ['an empty YAML file', 'a.yaml', '', /^a\.yaml: must be an object$/],
  ['a list', 'a.json', [acme], /^a\.json: must be an object$/],
  [
    'an entry twice',
    'a.json',
    '{"type": "custom.A", "type": "custom.B"}',
    /^a\.json: has .*type twice$/,
  ],
  [
    'a YAML entry twice',
    'a.yaml',
    'type: custom.A\ntype: custom.B\n',
    /^a\.yaml: is not YAML: Map keys must be unique/,
  ],
  ['two YAML documents', 'a.yaml', `${yaml}---\n${yaml}`, /^a\.yaml: is not YAML: /],
  ['a YAML alias', 'a.yaml', `${yaml}rules: &a []\noauth2: *a\n`, /^a\.yaml: is not YAML: /],
  [
    'aliases that explode',
    'a.yaml',
    `a: &a [x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a]\nc: [*b, *b, *b, *b]\n`,
    /^a\.yaml: is not YAML: /,
  ],
  ['a YAML tag of a program', 'a.yaml', 'type: !!js/function "function () {}"\n', /^a\.yaml: /],
  [
    'deep nesting',
    'a.json',
    `{"verify": ${'['.repeat(5_000)}${']'.repeat(5_000)}}`,
    /^a\.json: .*nested/,
  ],
  [
    'deep nesting in YAML',
    'a.yaml',
    `verify: ${'['.repeat(5_000)}${']'.repeat(5_000)}`,
    /^a\.yaml: /,
  ],
  [
    'a large file',
    'a.json',
    { ...acme, description: 'x'.repeat(70_000) },
    /^a\.json: is larger than 64 KiB$/,
  ],
  [
    'a key of every prototype',
    'a.json',
    `{"__proto__": {"label": "x"}, "type": "custom.A"}`,
    /^a\.json: /,
  ],
])('%s is refused with the name of the file', async (_what, name, content, line) => {
  await put(name, content);
  const lines = await complaintsOf();
  expect(lines.slice(1).filter((one) => line.test(one))).not.toEqual([]);
});

test('bytes that are not UTF-8 are refused', async () => {
  await writeFile(join(folder, 'a.json'), Buffer.from([0x7b, 0xff, 0x7d]));
  expect(await complaintsOf()).toContain('a.json: is not UTF-8');
});

test('a folder, a pipe and a broken link with the name of a type are refused without waiting', async () => {
  await mkdir(join(folder, 'a.json'));
  execFileSync('mkfifo', [join(folder, 'b.json')]);
  await symlink('nowhere', join(folder, 'c.json'));
  await symlink('d.json', join(folder, 'd.json'));
  expect((await complaintsOf()).slice(1)).toEqual([
    'a.json: is not a file',
    'b.json: is not a file',
    'c.json: cannot be read (ENOENT)',
    'd.json: cannot be read (ELOOP)',
  ]);
});

test('a folder that does not exist, and a file in its place, stop the start with its name', async () => {
  const missing = join(folder, 'missing');
  expect((await complaintsOf(missing))[0]).toContain(`${missing} (ENOENT)`);
  await put('file.json', acme);
  expect((await complaintsOf(join(folder, 'file.json')))[0]).toContain('(ENOTDIR)');
});

test('an empty folder has no types', async () => {
  expect(await readTypeFiles(folder)).toEqual([]);
});
