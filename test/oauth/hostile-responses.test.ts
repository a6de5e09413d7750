import { expect, test } from 'vitest';
import { canary } from '../helpers/canary.ts';
import { grantOf, leave } from '../helpers/grants.ts';
import { authorize, connect, open, prepare, useWorld, visit } from '../helpers/world.ts';

/* A provider's response may hold any text, and goes into the database, the log and our pages. */

const world = useWorld('generic');

const texts = ['a\0b', '\ud800', '__proto__', 'x'.repeat(100_000)];
const cases = texts.map((text) => [JSON.stringify(text).slice(0, 20), text]);

const idToken = (sub: string) =>
  `e30.${Buffer.from(JSON.stringify({ sub, iss: sub })).toString('base64url')}.e30`;

/** Members of a token response, each holding the text. */
function answersWith(text: string): Record<string, unknown>[] {
  const token = { access_token: canary('token'), token_type: 'bearer', expires_in: 3_600 };
  return [
    { ...token, scope: `read ${text}` },
    { ...token, scope: [text, 'read'] },
    { ...token, token_type: text },
    { ...token, expires_in: text },
    { ...token, id_token: idToken(text) },
    { ...token, account_id: text, workspace_id: text },
    { ...token, instance_url: text, team: { id: text } },
    JSON.parse(`{${JSON.stringify(text)}:1,"access_token":"${canary('token')}"}`),
  ];
}

function refusalsWith(text: string): Record<string, unknown>[] {
  return [
    { error: text },
    { error: 'invalid_grant', error_description: text },
    { error: { message: text, code: text } },
    { status: text },
    JSON.parse(`{${JSON.stringify(text)}:{}}`),
  ];
}

/** Reads every place that shows the outcome. */
async function expectReadable(id: string): Promise<void> {
  const { rest, graphql, home } = world.server;
  for (const path of [`/v1/connections/${id}`, `/v1/connections?project_id=${home.projectId}`]) {
    expect((await rest('GET', path)).status).toBe(200);
  }
  const fields = '{ status oauth { scopes missingScopes } }';
  const shown = await graphql(`{ connection(id: "${id}") ${fields} }`);
  expect([shown.status, shown.errors]).toEqual([200, []]);
  const events = await graphql('{ auditEvents { nodes { detail } } }');
  expect([events.status, events.errors]).toEqual([200, []]);
}

test.each(cases)(
  'a consent accepts or refuses a token response that holds %s, without a failure',
  async (_, text) => {
    const bodies = [
      ...answersWith(text).map((body) => ({ status: 200, body })),
      ...refusalsWith(text).map((body) => ({ status: 400, body })),
    ];
    for (const { status, body } of bodies) {
      const id = await prepare(world);
      const back = await visit(world, await authorize(world, id));
      world.provider.set({ failure: { kind: 'raw', status, body: JSON.stringify(body) } });
      const page = await open(world, back);
      world.provider.reset();
      expect([Object.keys(body), page.status]).toEqual([
        Object.keys(body),
        status === 200 ? 200 : 400,
      ]);
      await expectReadable(id);
    }
  },
);

test.each(cases)(
  'a refresh accepts or refuses a token response that holds %s, without a failure',
  async (_, text) => {
    const id = await connect(world);
    for (const body of [...answersWith(text), ...refusalsWith(text)]) {
      await leave(world, id, -5);
      const data = { nextRefreshAt: new Date(0), consecutiveFailures: 0 };
      await world.server.deps.db.oauthGrant.update({ where: { connectionId: id }, data });
      const status = 'access_token' in body ? 200 : 400;
      world.provider.set({ failure: { kind: 'raw', status, body: JSON.stringify(body) } });
      const read = await world.server.rest('POST', `/v1/connections/${id}/credentials`);
      world.provider.reset();
      expect([Object.keys(body), read.status]).not.toEqual([Object.keys(body), 500]);
      await expectReadable(id);
      expect(await grantOf(world, id)).toBeTruthy();
    }
  },
);

test.each(cases)(
  'the callback of a consent accepts or refuses %s, without a failure',
  async (_, text) => {
    const encoded = text === '\ud800' ? '%ED%A0%80' : encodeURIComponent(text.slice(0, 3_000));
    for (const change of [
      (back: string) => `${back}&realmId=${encoded}&${encoded}=1`,
      (back: string) => back.replace(/code=[^&]*/, `code=${encoded}`),
      (back: string) => back.replace(/code=[^&]*/, `error=${encoded}&error_description=${encoded}`),
      (back: string) =>
        back.replace(/code=[^&]*/, `error=access_denied&error_description=${encoded}`),
      (back: string) => `${back}&iss=${encoded}`,
      (back: string) => back.replace(/state=[^&]*/, `state=${encoded}`),
    ]) {
      const id = await prepare(world);
      const back = await visit(world, await authorize(world, id));
      const page = await open(world, change(back));
      expect([page.status, page.status < 500 || page.status === 502]).toEqual([page.status, true]);
      expect(page.text).not.toContain('<b>');
      await expectReadable(id);
    }
  },
);
