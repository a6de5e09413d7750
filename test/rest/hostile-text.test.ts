import { beforeAll, expect, test } from 'vitest';
import { seedApp, seedRequirement } from '../helpers/apps.ts';
import { mintToken } from '../helpers/connect-tokens.ts';
import { openAi } from '../helpers/connections.ts';
import { useServer } from '../helpers/server.ts';
import { storeConnection } from '../helpers/store-connections.ts';

/* Every parameter and field of every REST operation handles any text, with and without a credential. */

const hostile = ['\0', 'a\0b', '\ud800', 'constructor', '__proto__', '', 'x'.repeat(3_000)];

type Parameter = { name: string; in: string };
type Operation = {
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema: Schema }> };
};
type Schema = { $ref?: string; properties?: object };
type OpenApi = {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
};

const server = useServer();
let api: OpenApi;
let token: string;
let hostname: string;
let known: Record<string, string>;
beforeAll(async () => {
  const { projectId } = server.home;
  const app = await seedApp(server.deps.db, projectId, { visibility: 'public' });
  const requirement = await seedRequirement(server.deps.db, app.id);
  ({ hostname } = app);
  token = await mintToken(server, app);
  known = {
    project_id: projectId,
    id: await storeConnection(server, {}),
    user_id: 'ann',
    requirement_id: requirement.id,
    app_id: app.id,
    requirementId: requirement.id,
  };
  api = (await server.rest<OpenApi>('GET', '/v1/openapi.json')).json;
});

/** Percent-encodes a text, half characters included. */
const encode = (text: string) =>
  text === '\ud800' ? '%ED%A0%80' : encodeURIComponent(text).replaceAll('.', '%2E');

const samples = () => ({
  name: 'a name',
  type: openAi,
  config: { api_key: 'k' },
  ...known,
  redirect_url: 'https://example.com/',
  requirements: [],
});

/** Bodies with the text in one field each; the other fields are valid. */
function bodiesWith(operation: Operation, text: string): string[] {
  const { schema } = operation.requestBody?.content['application/json'] ?? {};
  const named = schema?.$ref ? api.components.schemas[schema.$ref.split('/').at(-1) ?? ''] : schema;
  const names = Object.keys(named?.properties ?? {});
  const good = Object.fromEntries(
    Object.entries(samples()).filter(([name]) => names.includes(name)),
  );
  const inside = [{ api_key: text }, { api_key: { a: [text] } }].map((config) => ({ config }));
  return [
    ...names.map((name) => JSON.stringify({ ...good, [name]: text })),
    ...(names.includes('config') ? inside : []).map((more) => JSON.stringify({ ...good, ...more })),
    `{${JSON.stringify(text)}:{},${JSON.stringify(good).slice(1)}`,
    JSON.stringify(text),
  ];
}

function* requestsWith(text: string) {
  for (const [path, operations] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      if (!/^(get|put|post|patch|delete)$/.test(method)) continue;
      const parameters = operation.parameters ?? [];
      const fill = (hostileName?: string) =>
        path.replace(/\{(\w+)\}/g, (_, name: string) =>
          name === hostileName ? encode(text) : (known[name] ?? 'x'),
        );
      const ask = (target: string, sent?: string) => ({
        method: method.toUpperCase(),
        target,
        sent,
      });
      const needed = `?project_id=${known.project_id}`;
      for (const { name, in: where } of parameters) {
        if (where === 'path') yield ask(`${fill(name)}${needed}`, JSON.stringify({ name: 'n' }));
        if (where === 'query') yield ask(`${fill()}${needed}&${name}=${encode(text)}`);
        if (where === 'query') yield ask(`${fill()}?${name}=${encode(text)}&${name}=1`);
      }
      yield ask(`${fill()}${needed}&${encode(text)}=${encode(text)}`);
      if (operation.requestBody === undefined) continue;
      for (const sent of bodiesWith(operation, text)) yield ask(`${fill()}`, sent);
    }
  }
}

test.each(hostile.map((text) => [JSON.stringify(text).slice(0, 30), text]))(
  'no operation fails with the text %s',
  async (_, text) => {
    const failed: string[] = [];
    let asked = 0;
    for (const { method, target, sent } of requestsWith(text)) {
      for (const [credential, host] of [
        [null, undefined],
        [null, hostname],
        [server.adminKey, undefined],
        [token, hostname],
      ] as const) {
        const headers: Record<string, string> = { 'content-type': 'application/json' };
        if (credential !== null) headers.authorization = `Bearer ${credential}`;
        if (host !== undefined) headers.host = host;
        const request = { method, path: target, headers, body: sent, mayHoldSecrets: true };
        const { status, text: answer } = await server.send(request);
        asked += 1;
        if (status >= 500) failed.push(`${status} ${method} ${target} ${sent}: ${answer}`);
      }
    }
    expect(failed).toEqual([]);
    expect(asked).toBeGreaterThan(200);
  },
  60_000,
);

test.each([
  '\ud800',
  '\u00ff',
  'constructor',
  '__proto__',
  `Bearer ${'x'.repeat(12_000)}`,
  'Bearer \u00e9',
  'Bearer acc_',
  'Bearer __proto__',
  'Basic Og==',
  `Bearer ${'eyJ'.repeat(3)}..`,
  'bearer',
  ' ',
  'Bearer eyJhbGciOiJub25lIn0.e30.',
  'Bearer eyJhbGciOiJSUzI1NiIsImtpZCI6IlxcdTAwMDAifQ.e30.AA',
])('no request fails with a header of %j', async (value) => {
  const names = [
    'authorization',
    'cookie',
    'accept',
    'accept-language',
    'x-request-id',
    'origin',
    'referer',
    'content-type',
    'x-forwarded-for',
    'x-forwarded-host',
    'idempotency-key',
    'if-none-match',
    'sec-fetch-site',
    'accept-encoding',
    'range',
    'last-event-id',
  ];
  const latin = Buffer.from(value).toString('latin1');
  for (const name of names) {
    for (const [method, path] of [
      ['GET', `/v1/connections?project_id=${known.project_id}`],
      ['GET', '/connect'],
      ['POST', '/graphql'],
      ['GET', '/v1/connect/requirements'],
      ['GET', '/graphql'],
      ['GET', '/v1/oauth2/callback?state=x'],
      ['POST', '/v1/connect/tokens'],
      ['GET', '/docs'],
    ] as [string, string][]) {
      const sent = method === 'POST' ? '{"query":"{viewer{kind}}","user_id":"ann"}' : undefined;
      const headers = { 'content-type': 'application/json', [name]: latin };
      const { status } = await server.send({ method, path, headers, body: sent });
      expect([name, method, path, status < 500]).toEqual([name, method, path, true]);
    }
  }
});
