import { createHmac, generateKeyPairSync, randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ConnectTokenClaims } from '../../src/core/access/connect-token.ts';
import { seedApp } from '../helpers/apps.ts';
import { isTaken, mintToken, present } from '../helpers/connect-tokens.ts';
import type { Answer } from '../helpers/http.ts';
import { expectTheSame } from '../helpers/refusals.ts';
import { seedProject } from '../helpers/seed.ts';
import { useServer } from '../helpers/server.ts';
import { claimsOf, encode, forge, ps256, rs256, type StolenKey, stealKey } from './forge.ts';

const server = useServer();
/** A valid token. */
let good: string;
let claims: ConnectTokenClaims;
let ours: StolenKey;
let elsewhere: string;
/** The response to a text that is not a token. */
let nonsense: { graphql: Answer; rest: Answer };
const theirs = generateKeyPairSync('rsa', { modulusLength: 2048 });
const theirJwk = theirs.publicKey.export({ format: 'jwk' });

beforeAll(async () => {
  const { db } = server.deps;
  const { projectId, organizationId } = server.home;
  const app = await seedApp(db, projectId);
  const other = await seedApp(db, await seedProject(db, organizationId));
  good = await mintToken(server, app, 'ann');
  await mintToken(server, app, 'bob');
  claims = claimsOf(good);
  ours = await stealKey(server);
  elsewhere = other.id;
  nonsense = await present(server, 'nonsense');
});

const header = () => ({ alg: 'RS256', typ: 'JWT', kid: ours.kid });
const unsigned = () => Buffer.alloc(0);
const byUs = (payload: object | string, head: object | string = header()) =>
  forge({ header: head, payload, by: rs256(ours.pem) });
const byThem = (head: object) =>
  forge({ header: { ...header(), ...head }, payload: claims, by: rs256(theirs.privateKey) });
const hs256 = (secret: string | Buffer) =>
  forge({
    header: { ...header(), alg: 'HS256' },
    payload: claims,
    by: (input) => createHmac('sha256', secret).update(input).digest(),
  });
const parts = () => good.split('.') as [string, string, string];
const json = (object: object) => JSON.stringify(object);

test('the original token is valid, and stays valid when it is signed again', async () => {
  expect(await isTaken(server, good)).toBe(true);
  expect(await isTaken(server, byUs(claims))).toBe(true);
  const { graphql } = await present(server, good);
  expect(graphql.json.data?.viewer).toEqual({
    kind: 'CONNECT_TOKEN',
    userId: 'ann',
    role: null,
    organization: null,
    project: null,
  });
});

const forgeries: Record<string, Record<string, () => string>> = {
  'an unsigned one': {
    'with alg none': () => forge({ header: { alg: 'none' }, payload: claims, by: unsigned }),
    'with alg none and our kid': () =>
      forge({ header: { ...header(), alg: 'none' }, payload: claims, by: unsigned }),
    'with alg nOnE and a signature': () => byUs(claims, { ...header(), alg: 'nOnE' }),
    'that says RS256': () => forge({ header: header(), payload: claims, by: unsigned }),
    'without its last part': () => parts().slice(0, 2).join('.'),
  },
  'HS256 with': {
    'the public key in PEM': () =>
      hs256(ours.publicKey.export({ type: 'spki', format: 'pem' }) as string),
    'the public key in PEM, trimmed': () =>
      hs256((ours.publicKey.export({ type: 'spki', format: 'pem' }) as string).trim()),
    'the public key in PKCS #1': () =>
      hs256(ours.publicKey.export({ type: 'pkcs1', format: 'pem' }) as string),
    'the public key in DER': () => hs256(ours.publicKey.export({ type: 'spki', format: 'der' })),
    'the public key as a JWK': () => hs256(json(ours.publicKey.export({ format: 'jwk' }))),
    'the published JWK': () => hs256(json(Object(ours.row.publicKey))),
    'the modulus': () => hs256(String(ours.publicKey.export({ format: 'jwk' }).n)),
    nothing: () => hs256(''),
  },
  'another key': {
    'under our kid': () => byThem({}),
    'in jwk': () => byThem({ jwk: theirJwk }),
    'in jwk under a kid of its own': () => byThem({ kid: randomUUID(), jwk: theirJwk }),
    'at jku': () => byThem({ jku: `${server.url}/keys` }),
    'in x5c': () =>
      byThem({
        x5c: [theirs.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')],
      }),
    'at x5u': () => byThem({ x5u: `${server.url}/certificate` }),
  },
  'our key in another algorithm': {
    PS256: () =>
      forge({ header: { ...header(), alg: 'PS256' }, payload: claims, by: ps256(ours.pem) }),
    'PS256 that says RS256': () =>
      forge({ header: header(), payload: claims, by: ps256(ours.pem) }),
    'RS256 that says RS512': () => byUs(claims, { ...header(), alg: 'RS512' }),
  },
  'a kid that is': {
    unknown: () => byUs(claims, { ...header(), kid: randomUUID() }),
    missing: () => byUs(claims, { alg: 'RS256', typ: 'JWT' }),
    'in upper case': () => byUs(claims, { ...header(), kid: ours.kid.toUpperCase() }),
    'no UUID': () => byUs(claims, { ...header(), kid: `${ours.kid}' OR true --` }),
    'a path': () => byUs(claims, { ...header(), kid: '../../dev/null' }),
    'a number': () => byUs(claims, { ...header(), kid: 1 }),
    'a list': () => byUs(claims, { ...header(), kid: [ours.kid] }),
  },
  'our signature under a header with': {
    'a crit that we do not know': () => byUs(claims, { ...header(), crit: ['x'], x: 1 }),
    'a crit that all know': () => byUs(claims, { ...header(), crit: ['exp'], exp: claims.exp }),
    'an empty crit': () => byUs(claims, { ...header(), crit: [] }),
    'a payload that is not encoded': () => byUs(claims, { ...header(), crit: ['b64'], b64: false }),
    'our own key in jwk': () => byUs(claims, { ...header(), jwk: ours.row.publicKey }),
    'another typ': () => byUs(claims, { ...header(), typ: 'at+jwt' }),
    'no typ': () => byUs(claims, { alg: 'RS256', kid: ours.kid }),
    'a cty': () => byUs(claims, { ...header(), cty: 'JWT' }),
    'a zip': () => byUs(claims, { ...header(), zip: 'DEF' }),
    'alg twice': () => byUs(claims, `{"alg":"none","alg":"RS256","typ":"JWT","kid":"${ours.kid}"}`),
    'kid twice': () =>
      byUs(claims, `{"alg":"RS256","typ":"JWT","kid":"${randomUUID()}","kid":"${ours.kid}"}`),
    'a space': () => byUs(claims, json(header()).replace(',', ', ')),
    'another order': () => byUs(claims, { kid: ours.kid, typ: 'JWT', alg: 'RS256' }),
    'no object': () => byUs(claims, '"RS256"'),
    'no JSON': () => byUs(claims, 'RS256'),
    nothing: () => byUs(claims, ''),
  },
  'a payload that was changed after it was signed, to': {
    'another user': () => [parts()[0], encode({ ...claims, ...user('bob') }), parts()[2]].join('.'),
    'another app': () =>
      [parts()[0], encode({ ...claims, app_id: elsewhere }), parts()[2]].join('.'),
    'a longer life': () =>
      [parts()[0], encode({ ...claims, exp: claims.exp + 1 }), parts()[2]].join('.'),
  },
  'our signature over': {
    'another audience': () => byUs({ ...claims, aud: 'management' }),
    'several audiences': () => byUs({ ...claims, aud: ['connect', 'management'] }),
    'no audience': () => byUs(without('aud')),
    'another issuer': () => byUs({ ...claims, iss: 'https://patchbay.example' }),
    'the issuer with a slash': () => byUs({ ...claims, iss: `${claims.iss}/` }),
    'no issuer': () => byUs(without('iss')),
    'a user other than sub': () => byUs({ ...claims, user_id: 'bob' }),
    'a sub other than the user': () => byUs({ ...claims, sub: 'bob' }),
    'no sub': () => byUs(without('sub')),
    'a user whom nobody made a token for': () => byUs({ ...claims, ...user('eve') }),
    'a user in another case': () => byUs({ ...claims, ...user('Ann') }),
    'another user with this epoch': () => byUs({ ...claims, ...user('bob') }),
    'another app': () => byUs({ ...claims, app_id: elsewhere }),
    'an app that is not there': () => byUs({ ...claims, app_id: randomUUID() }),
    'an app that is not a UUID': () => byUs({ ...claims, app_id: 'x' }),
    'the epoch before': () => byUs({ ...claims, epoch: claims.epoch - 1 }),
    'the epoch after': () => byUs({ ...claims, epoch: claims.epoch + 1 }),
    'an epoch in text': () => byUs({ ...claims, epoch: String(claims.epoch) }),
    'no epoch': () => byUs(without('epoch')),
    'another via': () => byUs({ ...claims, via: 'admin' }),
    'no jti': () => byUs(without('jti')),
    'a jti that is not a UUID': () => byUs({ ...claims, jti: 'x' }),
    'a time that has ended': () =>
      byUs({ ...claims, iat: claims.iat - 86_401, exp: claims.iat - 1 }),
    'a longer life': () => byUs({ ...claims, exp: claims.exp + 1 }),
    'no end': () => byUs(without('exp')),
    'an end in text': () => byUs({ ...claims, exp: String(claims.exp) }),
    'a claim more': () => byUs({ ...claims, role: 'admin' }),
    'a beginning to come': () => byUs({ ...claims, nbf: claims.exp }),
    'no object': () => byUs('"ann"'),
    'no JSON': () => byUs('ann'),
    nothing: () => byUs(''),
  },
  'the good one': {
    'with its last part twice': () => `${good}.${parts()[2]}`,
    'with a part more': () => `${good}.`,
    'with its signature first': () => [...parts()].reverse().join('.'),
    'with padding': () => `${good}==`,
    'with its signature written otherwise': () => otherSpelling(good),
    'with a signature cut short': () => good.slice(0, -4),
    'without its header': () => `.${parts().slice(1).join('.')}`,
    'with 9,000 characters more of a header': () =>
      byUs(claims, { ...header(), x: 'x'.repeat(6_700) }),
    'with 9,000 characters more of a payload': () => byUs({ ...claims, x: 'x'.repeat(6_700) }),
    'as JSON': () => encode({ payload: parts()[1], protected: parts()[0], signature: parts()[2] }),
  },
};

const user = (name: string) => ({ sub: name, user_id: name });

function without(name: keyof ConnectTokenClaims): object {
  const { [name]: _, ...rest } = claims;
  return rest;
}

/** The last of the 342 characters has four unused bits. */
function otherSpelling(token: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return token.slice(0, -1) + alphabet[alphabet.indexOf(token.slice(-1)) + 1];
}

describe.each(Object.entries(forgeries))('%s', (_, kinds) => {
  test.each(Object.entries(kinds))(
    '%s is refused like a text that is not a token',
    async (_, make) => {
      const { graphql, rest } = await present(server, make());
      expect([graphql.status, rest.status]).toEqual([401, 401]);
      expectTheSame(graphql, nonsense.graphql);
      expectTheSame(rest, nonsense.rest);
    },
  );
});

test('no forged token stored anything or replaced the valid one', async () => {
  expect(await server.deps.db.endUser.count()).toBe(2);
  expect(await isTaken(server, good)).toBe(true);
});
