import { beforeAll, expect, test } from 'vitest';
import { readLinkAddress } from '../../src/edge/connect-page/linked-text.tsx';
import { readPaste } from '../../src/edge/connect-page/paste.ts';
import type { App } from '../../src/platform/db/generated/client.ts';
import { seedApp, seedRequirement } from '../helpers/apps.ts';
import { canary } from '../helpers/canary.ts';
import { mintToken } from '../helpers/connect-tokens.ts';
import { google, postgreSql } from '../helpers/connections.ts';
import { useServer } from '../helpers/server.ts';
import { openBrowser } from './form-browser.ts';

const server = useServer();
const seed = (changes: Parameters<typeof seedRequirement>[2], app: Pick<App, 'id'>) =>
  seedRequirement(server.deps.db, app.id, changes);
const newApp = () => seedApp(server.deps.db, server.home.projectId, { name: 'Travel desk' });
const open = async (app: App, headers?: Record<string, string>) => {
  const browser = openBrowser(server);
  const page = await browser.connect(await mintToken(server, app, 'ann'), headers);
  return { browser, ...page };
};

test('addresses in a description are links that tell where they lead', async () => {
  const app = await newApp();
  await seed(
    {
      description:
        'See https://docs.example.com/keys?x=1&y=<b>, or (http://help.example.com/). Not javascript:alert(1), https://bank.example@evil.example/ or https://.',
    },
    app,
  );
  const { text } = await open(app);
  const links = [
    ...text.matchAll(/<a href="([^"]*)" target="_blank" rel="noopener noreferrer">([^<]*)</g),
  ];
  const ofText = links.filter(([, , shown]) => shown !== 'Find this at OpenAI');
  expect(ofText.map(([, href, shown]) => [href, shown])).toEqual([
    ['https://docs.example.com/keys?x=1&amp;y=', 'docs.example.com/keys?x=1&amp;y='],
    ['http://help.example.com/', 'help.example.com'],
  ]);
  expect(text).toContain('&lt;b&gt;, or (');
  expect(text).toContain(
    'Not javascript:alert(1), https://bank.example@evil.example/ or https://.',
  );
});

test.each(['javascript:alert(1)', 'https://', 'data:text/html,x', 'https://a@b.example', ''])(
  '%s is no link',
  (address) => {
    expect(readLinkAddress(address)).toBeUndefined();
  },
);

test('a consent says which permissions it asks for, in words where they are known', async () => {
  const app = await newApp();
  await seed({ spec: { type: google, scopes: ['calendar.read', '<i>'] } }, app);
  const { text } = await open(app);
  expect(text).toContain('Travel desk asks for permission to:');
  expect(text).toContain('<code>calendar.read</code>');
  expect(text).toContain('<code>&lt;i&gt;</code>');
});

test.each([
  [
    'url',
    'postgresql://ann:p%40ss%2Fword@db.example.com:5433/shop?sslmode=require',
    { host: 'db.example.com', port: '5433', database: 'shop', user: 'ann', password: 'p@ss/word' },
  ],
  ['url', ' mysql://[::1]/shop ', { host: '::1', database: 'shop' }],
  ['url', 'not a url', {}],
  ['url', 'postgresql://a:%zz@h', { host: 'h', user: 'a', password: '%zz' }],
  [
    'json_file',
    '{"host": "h", "port": 5432, "other": 1, "user": null}',
    { host: 'h', port: '5432' },
  ],
  ['json_file', '[1]', {}],
  ['json_file', '{"host"', {}],
  ['json_file', '{"__proto__": {"host": "x"}}', {}],
] as const)('of a pasted %s, %s fills its fields', (kind, text, filled) => {
  const names = ['host', 'port', 'database', 'user', 'password'];
  expect(Object.fromEntries(readPaste(kind, text, names))).toEqual(filled);
});

test('a connection string that is pasted without script fills the empty fields', async () => {
  const app = await newApp();
  const { id } = await seed({ spec: { type: postgreSql } }, app);
  const { browser, path, text } = await open(app);
  expect(text).toContain('name="paste"');
  const secret = canary();
  const after = await browser.submitAndFollow(`${path}/requirements/${id}/credentials`, {
    paste: `postgresql://ann:${secret}@db.example.com:5433/shop`,
    'config.host': 'other.example.com',
    'config.port': '',
  });
  expect(after.text).toContain('All set');
  const row = await server.deps.db.connection.findFirstOrThrow({ where: { requirementId: id } });
  expect(row.secretFields).toEqual(['password']);
});

test('a connected card shows the day and offers to replace; a failed attempt keeps what is connected', async () => {
  const app = await newApp();
  const { id } = await seed({}, app);
  const { browser, path } = await open(app, { 'accept-language': 'de' });
  const address = `${path}/requirements/${id}/credentials`;
  await browser.submitAndFollow(address, { 'config.api_key': canary() });
  const german = await browser.open(path, { 'accept-language': 'de' });
  expect(german.text).toMatch(/Verbunden am \d+\. \S+ \d{4}/);
  expect(german.text).toContain('<summary>Ersetzen</summary>');
  const failed = await browser.submitAndFollow(address, { 'config.api_key': '' });
  expect(failed.text).toContain('Enter your API key.');
  expect(failed.text).toContain('<details class="more" open=""><summary>Replace');
  const before = await server.deps.db.endUserLink.findFirstOrThrow({
    where: { requirementId: id },
  });
  const done = await browser.submitAndFollow(address, { 'config.api_key': canary() });
  expect(done.text).not.toContain('Enter your API key.');
  const after = await server.deps.db.endUserLink.findFirstOrThrow({ where: { requirementId: id } });
  expect(after.connectionId).not.toBe(before.connectionId);
  const { json } = await browser.open(`${path}/status`);
  expect(json).toMatchObject({
    requirements: { [id]: 'completed' },
    connectedAt: { [id]: after.linkedAt.toISOString() },
  });
});

let long: App;
beforeAll(async () => {
  long = await newApp();
  const types = ['OpenAI', 'Anthropic', 'Pinecone', 'Tavily'];
  for (const [index, name] of [...types, ...types].entries()) {
    const spec = { type: `dynamiq.connections.${name}` };
    await seed({ spec, title: `Key ${index} of ${name}` }, long);
  }
  const spec = { app_slug: 'gmail' };
  await seed({ kind: 'pipedream_account', spec, title: 'Your mail' }, long);
});

test('more than eight requirements are grouped by category', async () => {
  const { text } = await open(long);
  const groups = [...text.matchAll(/<section class="group"><h2>([^<]*)</g)].map(([, one]) => one);
  expect(groups).toEqual(['AI models', 'Vector stores', 'Web search', 'Other']);
  expect(text.match(/<h3>/g)).toHaveLength(9);
});

test('a search without script shows what matches, and offers all again', async () => {
  const { browser, path } = await open(long);
  const { text } = await browser.open(`${path}?q=PINE+key`);
  expect(text.match(/<h3>/g)).toHaveLength(2);
  expect(text).toContain('value="PINE key"');
  expect(text).toContain('>Show all<');
  const none = await browser.open(`${path}?q=%3Cb%3E`);
  expect(none.text).toContain('Nothing matches your search.');
  expect(none.text).toContain('value="&lt;b&gt;"');
});

test('up to eight requirements have neither groups nor a search', async () => {
  const app = await newApp();
  await seed({}, app);
  const { text } = await open(app);
  expect(text).not.toContain('type="search"');
  expect(text).not.toContain('<h3>');
});
