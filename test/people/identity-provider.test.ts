import { generateKeyPairSync } from 'node:crypto';
import { SignJWT, UnsecuredJWT } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/platform/new-id.ts';
import { change } from '../helpers/people.ts';
import {
  startIdentityProvider,
  useIdentityProvider,
} from '../helpers/providers/identity-provider.ts';
import { startTestServer, useServer } from '../helpers/server.ts';

const identities = useIdentityProvider();
const server = useServer({ env: () => identities.env });

type Who = { viewer: { kind: string; role: string | null; user: { id: string } | null } };
const ask = async (token: string, to = server) => {
  const answer = await to.graphql<Who>('{ viewer { kind role user { id } } }', {}, token);
  return answer.status === 200 ? answer.data.viewer : answer.status;
};
const person = async (email: string, role = 'EDITOR', of = server) => {
  const made = await change(of, 'createUser', { email, name: 'Ann', role });
  return String(made.id);
};
const seconds = () => Math.floor(Date.now() / 1_000);

test('a verified email finds a user, and from then on only the subject does', async () => {
  const id = await person('Ann@portal.test');
  const first = await identities.token({ sub: 'ann', email: 'ann@PORTAL.test' });
  expect(await ask(first)).toEqual({ kind: 'IDENTITY', role: 'EDITOR', user: { id } });
  const renamed = await identities.token({ sub: 'ann', email: 'other@portal.test' });
  expect(await ask(renamed)).toMatchObject({ user: { id } });
  expect(await ask(await identities.token({ sub: 'ann' }))).toMatchObject({ user: { id } });
  const successor = await identities.token({ sub: 'another ann', email: 'ann@portal.test' });
  expect(await ask(successor)).toBe(401);
  const pins = await server.deps.db.auditEvent.findMany({
    where: { action: 'user.pin_identity', actor: `user:${id}` },
  });
  expect(pins).toHaveLength(1);
});

test('one subject belongs to one user after concurrent requests', async () => {
  const id = await person('many@portal.test');
  const tokens = await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      identities.token({ sub: n % 2 ? 'many a' : 'many b', email: 'many@portal.test' }),
    ),
  );
  const answers = await Promise.all(tokens.map((token) => ask(token)));
  const found = answers.filter((answer) => answer !== 401);
  expect(found).toHaveLength(10);
  for (const one of found) expect(one).toMatchObject({ user: { id } });
});

test.each([
  ['v\u0131ctim@fold.test', 'victim@fold.test'],
  ['k\u0131ng@fold.test', 'king@fold.test'],
  ['\u212aelvin@fold.test', 'kelvin@fold.test'],
  ['\u017ftrasse@fold.test', 'strasse@fold.test'],
  ['max@\u212a.fold.test', 'max@k.fold.test'],
  ['\u00c4rger@fold.test', '\u00e4rger@fold.test'],
])('the email %s of a token does not find %s', async (claimed, victim) => {
  // Stored directly: the API accepts ASCII only, but an older version may have stored other emails.
  const { db } = server.deps;
  const { organizationId } = server.home;
  const data = { id: newId(), organizationId, email: victim, emailFolded: victim, name: 'Ann' };
  await db.user.create({ data });
  expect(await ask(await identities.token({ sub: claimed, email: claimed }))).toBe(401);
  const right = await identities.token({ sub: victim, email: victim.replace('fold', 'FOLD') });
  expect(await ask(right)).toMatchObject({ user: { id: data.id } });
});

test('the email of a new user is folded in ASCII only', async () => {
  const id = await person('MiXeD@Fold.Test');
  const row = await server.deps.db.user.findUniqueOrThrow({ where: { id } });
  expect([row.email, row.emailFolded]).toEqual(['MiXeD@Fold.Test', 'mixed@fold.test']);
});

test.each([
  ['U+0000 in the subject', { sub: 'a\u0000b' }],
  ['half a character in the subject', { sub: 'a\ud800' }],
  ['U+0000 in the email', { sub: 'x1', email: 'a\u0000b@portal.test' }],
  ['half a character in the email', { sub: 'x2', email: 'a\udfff@portal.test' }],
  ['a time beyond all', { sub: 'x3', email: 'ann@portal.test', iat: 1e300 }],
  ['an end beyond all', { sub: 'x4', email: 'ann@portal.test', exp: 1e300 }],
  ['a time before all', { sub: 'x5', email: 'ann@portal.test', iat: -1e300 }],
])('a token with %s is refused without a failure', async (_, claims) => {
  expect(await ask(await identities.token(claims))).toBe(401);
});

describe('a token is refused', () => {
  const email = 'victim@portal.test';
  beforeAll(() => person(email, 'ADMIN'));
  const past = () => ({ iat: seconds() - 700, exp: seconds() - 60 });
  const wrong: [string, () => Record<string, unknown>][] = [
    ['an email that is not verified', () => ({ email_verified: false })],
    ['an email that is verified in words', () => ({ email_verified: 'true' })],
    ['an email of nobody', () => ({ email: 'nobody@portal.test' })],
    ['no email', () => ({ email: undefined })],
    ['another audience', () => ({ aud: 'another' })],
    ['another issuer', () => ({ iss: 'https://idp.example' })],
    ['the issuer with a slash', () => ({ iss: `${identities.provider.issuer}/` })],
    ['a time that is over', past],
    ['a time to come', () => ({ nbf: seconds() + 600 })],
    ['no end', () => ({ exp: undefined })],
    ['no time', () => ({ iat: undefined })],
    ['no subject', () => ({ sub: undefined })],
    ['an empty subject', () => ({ sub: '' })],
  ];
  test.each(wrong)('when it has %s', async (_, claims) => {
    expect(await ask(await identities.token({ sub: 'thief', email, ...claims() }))).toBe(401);
  });

  test('when it is unsigned, signed with another or a public key, or of another type', async () => {
    const { issuer } = identities.provider;
    const claims = {
      iss: issuer,
      aud: 'patchbay-tests',
      sub: 'thief',
      email,
      email_verified: true,
    };
    const times = { iat: seconds(), exp: seconds() + 600 };
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const published = await (await fetch(`${issuer}/jwks`)).text();
    const forge = (alg: string) => new SignJWT({ ...claims, ...times }).setProtectedHeader({ alg });
    const tokens = [
      new UnsecuredJWT({ ...claims, ...times }).encode(),
      await forge('RS256').sign(privateKey),
      await forge('HS256').sign(Buffer.from(published)),
      await identities.token(claims, { typ: 'logout+jwt' }),
      `${await identities.token(claims)}x`,
    ];
    for (const token of tokens) expect(await ask(token)).toBe(401);
    expect(await ask(await identities.token({ sub: 'thief', email }))).toMatchObject({
      role: 'ADMIN',
    });
  });
});

test('a token of a user follows changed roles and the user’s deletion at once', async () => {
  const id = await person('roles@portal.test', 'VIEWER');
  const token = await identities.token({ sub: 'roles', email: 'roles@portal.test' });
  expect(await ask(token)).toMatchObject({ role: 'VIEWER' });
  await change(server, 'updateUser', { id, role: 'EDITOR' });
  expect(await ask(token)).toMatchObject({ role: 'EDITOR' });
  await change(server, 'updateUser', { id, role: null });
  expect(await ask(token)).toMatchObject({ role: null });
  await change(server, 'deleteUser', { id });
  expect(await ask(token)).toBe(401);
});

test('a credential that a user creates does not outlive their token', async () => {
  await person('maker@portal.test', 'ADMIN');
  const token = await identities.token({ sub: 'maker', email: 'maker@portal.test' });
  const made = await change(server, 'createPersonalAccessToken', { name: 'for ever' }, token);
  expect(made.message).toContain('Let it expire at');
});

test('the newest token decides the role when roles come from the provider', async () => {
  const env = { OIDC_ROLE_CLAIM: 'groups', OIDC_ROLES: 'ops:admin,devs:editor,bots:caller' };
  const beside = await startTestServer({ ...identities.env, ...env }, server);
  const id = await person('groups@portal.test', 'VIEWER');
  const now = seconds() - 100;
  const issued = (after: number, groups: unknown) =>
    identities.token({ sub: 'groups', email: 'groups@portal.test', iat: now + after, groups });
  const old = await issued(0, ['guests', 'devs', 'ops']);
  expect(await ask(old, beside)).toMatchObject({ role: 'ADMIN', user: { id } });
  expect(await ask(await issued(1, 'devs'), beside)).toMatchObject({ role: 'EDITOR' });
  expect(await ask(old, beside)).toMatchObject({ role: 'EDITOR' });
  expect(await ask(await issued(2, ['guests']), beside)).toMatchObject({ role: null });
  expect(await ask(await issued(3, undefined), beside)).toMatchObject({ role: null });
  expect(await ask(await issued(4, [['ops'], { ops: 1 }, 7]), beside)).toMatchObject({
    role: null,
  });
  expect(await ask(await issued(5, 'bots'), beside)).toMatchObject({ role: 'CALLER' });
  await beside.close();
  const where = { action: 'user.update', actor: `user:${id}` };
  expect(await server.deps.db.auditEvent.count({ where })).toBe(4);
});

test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
  'a role claim and a role called %s are ordinary names',
  async (name) => {
    const env = { OIDC_ROLE_CLAIM: name, OIDC_ROLES: `${name}:viewer,ops:admin` };
    const beside = await startTestServer({ ...identities.env, ...env }, server);
    const email = `${name.toLowerCase()}@names.test`;
    const id = await person(email, 'EDITOR');
    const now = seconds() - 100;
    const issued = (after: number, claims: string) => {
      const made = JSON.parse(`{"sub":"of ${name}","email":"${email}"${claims}}`);
      return identities.token({ ...made, iat: now + after });
    };
    expect(await ask(await issued(0, ''), beside)).toMatchObject({ role: null, user: { id } });
    expect(await ask(await issued(1, `,"${name}":"ops"`), beside)).toMatchObject({ role: 'ADMIN' });
    expect(await ask(await issued(2, `,"${name}":"valueOf"`), beside)).toMatchObject({
      role: null,
    });
    const own = await issued(3, `,"${name}":["${name}","valueOf"]`);
    expect(await ask(own, beside)).toMatchObject({ role: 'VIEWER' });
    const odd = await issued(4, `,"${name}":{"constructor":"ops"}`);
    expect(await ask(odd, beside)).toMatchObject({ role: null });
    await beside.close();
  },
);

test('tokens of the provider are unavailable while it is down, and other credentials work', async () => {
  const gone = await startIdentityProvider();
  await gone.provider.stop();
  const beside = await startTestServer(gone.env, server);
  expect(await ask(await gone.token({ sub: 'a' }), beside)).toBe(503);
  expect(await ask(server.adminKey, beside)).toMatchObject({ kind: 'ACCESS_KEY' });
  await beside.close();
});
