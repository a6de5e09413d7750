import { describe, expect, test } from 'vitest';
import { openBrowser } from '../connect-page/form-browser.ts';
import { seedApp, seedRequirement } from '../helpers/apps.ts';
import { mintToken } from '../helpers/connect-tokens.ts';
import { openAi } from '../helpers/connections.ts';
import { authorize, open, prepare, useWorld, visit } from '../helpers/world.ts';

/* A caller may send a name that every plain object inherits: it is an unknown name like any other. */

const names = [
  'constructor',
  '__proto__',
  'toString',
  'hasOwnProperty',
  'valueOf',
  'isPrototypeOf',
  'propertyIsEnumerable',
  'toLocaleString',
  '__defineGetter__',
  '__lookupGetter__',
];

const world = useWorld('google');

const json = (body: string) => ({
  headers: { authorization: `Bearer ${world.server.adminKey}`, 'content-type': 'application/json' },
  body,
});

describe.each(names)('%s', (name) => {
  test('is not a language: the page is in English', async () => {
    for (const header of [name, `${name};q=1, de;q=0.5`]) {
      const path = '/connect/done?status=error';
      const headers = { 'accept-language': header };
      const { status, text } = await world.server.send({ method: 'GET', path, headers });
      const expected = header === name ? 'lang="en"' : 'lang="de"';
      expect([status, text.includes(expected)]).toEqual([200, true]);
    }
  });

  test('is not a problem, cookie, media type, path or method of a page', async () => {
    const { send } = world.server;
    for (const path of [`/connect/done?status=error&error=${name}`, `/connect/done?${name}=x`]) {
      expect((await send({ method: 'GET', path })).status).toBe(200);
    }
    for (const path of [
      `/connect/${name}`,
      `/connect/handoff/${name}`,
      `/${name}`,
      `/v1/${name}`,
    ]) {
      const { status } = await send({
        method: 'GET',
        path,
        headers: { cookie: `${name}=${name}` },
      });
      expect(status).toBeLessThan(500);
    }
    const headers = { 'content-type': name, 'x-request-id': name };
    expect((await send({ method: 'POST', path: '/graphql', headers, body: '{}' })).status).toBe(
      415,
    );
  });

  test('is not a query parameter, type, status or field of REST', async () => {
    const { projectId } = world.server.home;
    const { rest, send } = world.server;
    expect((await rest('GET', `/v1/connections?project_id=${projectId}&${name}=x`)).status).toBe(
      200,
    );
    for (const query of [`status=${name}`, `page=${name}`, `include_system=${name}`]) {
      const path = `/v1/connections?project_id=${projectId}&${query}`;
      expect([query, (await rest('GET', path)).status]).toEqual([query, 400]);
    }
    const ofType = `/v1/connections?project_id=${projectId}&type=${name}`;
    expect((await rest('GET', ofType)).status).toBe(200);
    const fields = `"project_id":"${projectId}","name":"n"`;
    for (const body of [
      `{${fields},"type":"${name}","config":{}}`,
      `{${fields},"type":"${openAi}","config":{"api_key":"k","${name}":"x"}}`,
      `{${fields},"type":"${openAi}","config":{"${name}":{"api_key":"k"}}}`,
      `{${fields},"type":"${openAi}","config":{"api_key":"k"},"${name}":{"x":1}}`,
    ]) {
      const answer = await send({ method: 'POST', path: '/v1/connections', ...json(body) });
      expect([body, answer.status]).toEqual([body, 400]);
    }
  });

  test('is not a variable, operation, type or field of GraphQL', async () => {
    const { send } = world.server;
    const ask = async (body: string) => {
      const answer = await send({ method: 'POST', path: '/graphql', ...json(body) });
      return answer.status;
    };
    const query = '{ viewer { kind } }';
    expect(await ask(`{"query":"${query}","operationName":"${name}"}`)).toBeLessThan(500);
    expect(await ask(`{"query":"${query}","variables":{"${name}":1}}`)).toBe(200);
    expect(await ask(`{"query":"${query}","${name}":1}`)).toBeLessThan(500);
    expect(await ask(`{"query":"{ ${name} }"}`)).toBeLessThan(500);
    expect(await ask(`{"query":"{ ...${name} }"}`)).toBeLessThan(500);
    const mutation =
      'mutation($input: CreateProjectInput!) { createProject(input: $input) { __typename } }';
    const variables = `{"input":{"name":"n","${name}":1}}`;
    expect(await ask(`{"query":"${mutation}","variables":${variables}}`)).toBeLessThan(500);
  });

  test('is not an error code of a provider', async () => {
    const denied = await visit(world, await authorize(world, await prepare(world)));
    const page = await open(world, denied.replace(/code=[^&]*/, `error=${name}`));
    expect([page.status, page.text.includes('function')]).toEqual([400, false]);
    const id = await prepare(world);
    const back = await visit(world, await authorize(world, id));
    world.provider.set({ failure: { kind: 'error', error: name } });
    const refused = await open(world, back);
    world.provider.reset();
    expect([refused.status, refused.text.includes('function')]).toEqual([400, false]);
  });

  test('is not a field of a form', async () => {
    const { deps, home } = world.server;
    const app = await seedApp(deps.db, home.projectId);
    const requirement = await seedRequirement(deps.db, app.id);
    const browser = openBrowser(world.server);
    const { path } = await browser.connect(await mintToken(world.server, app, name));
    const fields = { [name]: 'x', [`config.${name}`]: 'x' };
    const sent = await browser.submit(`${path}/requirements/${requirement.id}/credentials`, fields);
    expect(sent.status).toBe(303); // to the page, which shows what is wrong
    const page = await browser.open(path);
    expect([page.status, page.text.includes('class="state completed"')]).toEqual([200, false]);
    expect((await browser.submit(`${path}/requirements/${name}/authorize`)).status).toBe(404);
  });
});

describe('no request without a credential gets a 500:', () => {
  const form = 'application/x-www-form-urlencoded';
  const bodies: [string, string | undefined, string | Buffer][] = [
    ['too long a form', form, `handle=${'x'.repeat(2_000_000)}`],
    ['a broken multipart body', 'multipart/form-data; boundary=x', '--x\r\nbroken'],
    ['a multipart body without a boundary', 'multipart/form-data', '--x'],
    ['bytes that are no text', form, Buffer.from([0x68, 0x3d, 0xff, 0xfe, 0x00])],
    ['U+0000 in a field', form, 'handle=a%00b&token=a%00b&csrf=%00'],
    ['half a character in a field', form, 'handle=%ED%A0%80&token=%ED%A0%80'],
    ['a broken escape', form, 'handle=%E0%A4%A&token=%zz'],
    ['JSON', 'application/json', '{"handle":'],
    ['no media type', undefined, 'handle=x'],
  ];
  const paths = [
    '/v1/oauth2/undo',
    '/connect',
    `/connect/handoff/${'x'.repeat(43)}`,
    `/connect/${'a'.repeat(36)}/confirm`,
    `/v1/pipedream/${'x'.repeat(43)}`,
    '/v1/connections',
    '/graphql',
    '/v1/connect-tokens',
    '/v1/connect/requirements/x/credentials',
  ];
  test.each(bodies)('%s', async (_, type, body) => {
    for (const path of paths) {
      const headers = type === undefined ? {} : { 'content-type': type };
      const { status } = await world.server.send({
        method: 'POST',
        path,
        headers,
        body: body as string,
      });
      expect([path, status < 500 && status >= 400]).toEqual([path, true]);
    }
  });

  test('an undo form is 413 when it is too long and 400 when it is malformed', async () => {
    const path = '/v1/oauth2/undo';
    const send = (type: string, body: string) =>
      world.server.send({ method: 'POST', path, headers: { 'content-type': type }, body });
    expect((await send(form, `handle=${'x'.repeat(5_000)}`)).status).toBe(413);
    expect((await send('multipart/form-data; boundary=x', '--x\r\nbroken')).status).toBe(400);
  });

  test.each(['%00', '%ED%A0%80', '%zz', '%', '%E0%A4%A', '%F4%90%80%80'])(
    '%s in an address',
    async (odd) => {
      for (const path of [
        `/connect?token=${odd}`,
        `/connect/${odd}`,
        `/connect/handoff/${odd}`,
        `/${odd}`,
        `/v1/oauth2/callback?state=${odd}&code=${odd}`,
        `/v1/oauth2/callback/${odd}?state=x`,
        `/connect/done?error=${odd}`,
        `/v1/pipedream/${odd}`,
        `/v1/connections/${odd}?${odd}=${odd}`,
        `/v1/connect/requirements/${odd}`,
        `/.well-known/${odd}`,
        `/graphql?query=${odd}`,
      ]) {
        const { status } = await world.server.send({ method: 'GET', path });
        expect([path, status < 500]).toEqual([path, true]);
      }
    },
  );
});
