import { expect, test } from 'vitest';
import { readTyped, toConfig } from '../../src/edge/connect-page/form-config.ts';
import { typeNamed } from '../catalog/sample-configs.ts';
import { canary } from '../helpers/canary.ts';
import { newPrivateKey } from '../helpers/private-key.ts';
import { useServer } from '../helpers/server.ts';
import type { Done } from './form-reader.ts';
import { type Form, openForm } from './open-form.ts';

const server = useServer();

const open = (name: string, language?: string) => openForm(server, typeNamed(name), language);
/** Pages in German whose forms are always refused; that changes nothing, so many tests share them. */
const refusing = new Map<string, Promise<Form>>();
const openRefusing = (name: string) => {
  const form = refusing.get(name) ?? open(name, 'de');
  refusing.set(name, form);
  return form;
};

const control = ({ controls }: Form, name: string) =>
  controls.find((one) => one.name === `config.${name}`);

test('a checkbox that is on by default can be cleared, and stays cleared when the form is refused', async () => {
  const form = await open('AWSNeptune');
  expect(control(form, 'use_https')?.attributes).toHaveProperty('checked');
  const again = await form.refused({ 'config.use_https': false });
  expect(control(again, 'use_https')?.attributes).not.toHaveProperty('checked');
  expect(control(again, 'verify_ssl')?.attributes).toHaveProperty('checked');
  const config = await again.stored({ 'config.host': 'h' });
  expect(config).toMatchObject({ use_https: false, verify_ssl: true, port: 8182 });
});

const sse = { 'config.url': 'https://example.com' };

test.each([
  ['1,5', 1.5],
  [' 1.25 ', 1.25],
  ['30', 30],
])('“%s” seconds are read as %d', async (typed, timeout) => {
  const form = await open('MCPSse');
  expect(await form.stored({ ...sse, 'config.timeout': typed })).toMatchObject({ timeout });
});

test.each(['1,500', '1.5 s', '0', '1,2,3', '0x10'])('“%s” seconds are refused', async (typed) => {
  const form = await openRefusing('MCPSse');
  const again = await form.refused({ ...sse, 'config.timeout': typed });
  expect(control(again, 'timeout')).toMatchObject({
    value: typed,
    complaint: 'Geben Sie eine Zahl über null ein.',
  });
});

test('a time shows its format, and is accepted in it', async () => {
  const form = await open('PipedreamOAuth2', 'de');
  const typed = { 'config.access_token': canary(), 'config.project_id': 'p' };
  expect(control(form, 'expires_at')).toMatchObject({
    help: 'Datum und Uhrzeit mit Zeitzone, etwa 2030-12-31T23:59:59+01:00.',
    label: 'Gültig bis (optional)',
  });
  const again = await form.refused({ ...typed, 'config.expires_at': '31.12.2030' });
  expect(control(again, 'expires_at')).toMatchObject({
    value: '31.12.2030',
    complaint: 'Geben Sie Datum und Uhrzeit mit Zeitzone ein, etwa 2030-12-31T23:59:59+01:00.',
  });
  const at = '2030-12-31T23:59:59+01:00';
  const config = await again.stored({ ...typed, 'config.expires_at': `${at} ` });
  expect(config).toMatchObject({ expires_at: at, environment: 'development' });
});

test('a constant that is sent in a form is ignored', async () => {
  const { send, resolved } = await open('Lakera');
  const sent = { 'config.api_key': canary(), 'config.url': 'https://elsewhere.example.com' };
  expect(await send(sent)).toMatchObject({ status: 200, isRefused: false });
  expect(await resolved()).toMatchObject({ url: 'https://api.lakera.ai/v2/' });
});

test.each(['as it is', 'as its JSON file has it'])(
  'a private key keeps its lines, copied %s',
  async (how) => {
    const key = newPrivateKey();
    const form = await open('GoogleCloud');
    const pasted = how === 'as it is' ? key : JSON.stringify(key).slice(1, -1);
    const typed = { 'config.private_key': pasted, 'config.client_email': ' a@example.com' };
    const config = await form.stored(typed);
    expect(config).toEqual({ private_key: key, client_email: 'a@example.com' });
  },
);

test('a key is trimmed, and a password is not', async () => {
  const key = canary();
  const openAi = await open('OpenAI');
  expect(await openAi.stored({ 'config.api_key': ` ${key}\t\u00a0` })).toMatchObject({
    api_key: key,
  });
  const neo4j = await open('Neo4j');
  const password = ` ${canary()} `;
  const typed = { 'config.uri': 'bolt://db ', 'config.username': 'u', 'config.password': password };
  expect(await neo4j.stored(typed)).toMatchObject({ uri: 'bolt://db', password });
});

test.each(['{"a": [1, 9007199254740993]}', '{"a": 1e400}'])(
  'an object with a number that JSON cannot hold is refused: %s',
  async (typed) => {
    const form = await openRefusing('Http');
    const required = { 'config.url': 'https://a.example', 'config.method': 'GET' };
    const again = await form.refused({ ...required, 'config.data': typed });
    expect(control(again, 'data')).toMatchObject({
      value: typed,
      complaint: 'Setzen Sie die Zahl in Anführungszeichen: JSON kann sie nicht genau wiedergeben.',
    });
  },
);

test('a list is read with one text a line', () => {
  const asked = typeNamed('MCPStdio').fields;
  const body = { 'config.command': 'npx', 'config.args': '-y\r\n\r\n two words \r\n' };
  const config = toConfig(asked, readTyped(asked, body));
  expect(config).toEqual({ command: 'npx', args: ['-y', 'two words'] });
});

test('a field of the operator is neither shown nor read', async () => {
  const form = await open('AWS');
  expect(control(form, 'profile')).toBeUndefined();
  const keys = { 'config.access_key_id': 'AKIAIOSFODNN7EXAMPLE', 'config.region': 'eu-west-1' };
  const sent = { ...keys, 'config.secret_access_key': canary(), 'config.profile': 'admin' };
  expect(await form.send(sent)).toMatchObject({ status: 200, isRefused: false });
  expect(await form.resolved()).not.toHaveProperty('profile');
});

test.each([
  ['OpenAI', { 'config.api_key': 'a\u0000b' }, 'api_key', 'Entfernen Sie das Zeichen U+0000.'],
  ['Http', { 'config.data': '{"a": "\\u0000"}' }, 'data', 'Entfernen Sie das Zeichen U+0000.'],
  [
    'Http',
    { 'config.data': '{"a": "\\ud800"}' },
    'data',
    'Entfernen Sie das beschädigte Zeichen, oder kopieren Sie den Text noch einmal.',
  ],
  [
    'Http',
    { 'config.params': '[1]' },
    'params',
    'Geben Sie ein JSON-Objekt ein, etwa {"name": "wert"}.',
  ],
  ['Http', {}, 'method', 'Wählen Sie einen Wert für „Methode“.'],
  ['Chroma', { 'config.port': '70000' }, 'port', 'Geben Sie eine ganze Zahl von 1 bis 65535 ein.'],
  [
    'AWS',
    { 'config.access_key_id': 'A' },
    'secret_access_key',
    'Füllen Sie auch „Secret Access Key“ aus: Das gehört zu „Access Key ID“.',
  ],
  ['AWS', {}, 'access_key_id', 'Füllen Sie „Access Key ID“ aus.'],
  ['SteelBrowser', {}, 'api_key', 'Füllen Sie „API-Schlüssel“ aus: „Umgebung“ steht auf CLOUD.'],
] as [string, Done, string, string][])(
  'of %s, %j is refused in German',
  async (name, done, field, complaint) => {
    const again = await (await openRefusing(name)).refused(done);
    expect(control(again, field)?.complaint).toBe(complaint);
    expect(again.html).not.toContain('lang="en"');
  },
);

test('headers without a name, or with the same name twice, are refused and not shown again', async () => {
  const form = await open('Http');
  const typed = { 'config.url': 'https://example.com', 'config.method': 'GET' };
  const rows = (...all: [string, string][]) =>
    Object.fromEntries(
      all.flatMap(([name, value], index) => [
        [`config.headers.${index}.name`, name],
        [`config.headers.${index}.value`, value],
      ]),
    );
  for (const headers of [rows(['', canary()]), rows(['X', canary()], ['X', canary()])]) {
    const again = await form.refused({ ...typed, ...headers });
    expect(control(again, 'headers.0.value')?.value).toBe('');
    expect(control(again, 'headers.0.name')).toMatchObject({
      value: '',
      complaint: expect.stringMatching(/^Enter a name and a value in each row/),
    });
    expect(control(again, 'method')?.value).toBe('GET');
  }
});

test('the page shows defaults, also of objects', async () => {
  const form = await open('SteelBrowser');
  const shown = (name: string) => control(form, name)?.attributes.placeholder;
  expect(shown('session_config')).toBe('{"block_ads":true,"timeout":3600000}');
  expect(shown('extra_config')).toBeUndefined();
  expect(form.html).toContain('<option value="">Default: CLOUD</option>');
});

test('a large form is accepted', async () => {
  const typed = { 'config.url': 'https://example.com', 'config.method': 'GET' };
  const data = { text: 'ü€"<\n'.repeat(30_000) };
  const form = await open('Http');
  const config = await form.stored({ ...typed, 'config.data': JSON.stringify(data) });
  expect(config?.data).toEqual(data);
});

test('a form over the body limit gets a page that says so', async () => {
  const form = await open('Http');
  const { status, text } = await form.send({ 'config.data': 'x'.repeat(1_048_576) });
  expect(status).toBe(413);
  expect(text).toContain('Nothing was changed. Go back in your browser, shorten it');
});
