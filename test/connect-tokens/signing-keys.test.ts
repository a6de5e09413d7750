import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { compactVerify, createLocalJWKSet, type JSONWebKeySet } from 'jose';
import { beforeAll, expect, test } from 'vitest';
import { rotateDataKeys } from '../../src/core/key-rotation/rotate-data-keys.service.ts';
import { createLocalKeyProvider } from '../../src/core/vault/key-provider.ts';
import { forgetEndedTokens } from '../../src/features/connect-tokens/forget.ts';
import {
  placeOfPrivateKey,
  rotateSigningKey,
} from '../../src/features/connect-tokens/signing-keys.ts';
import type { App } from '../../src/platform/db/generated/client.ts';
import { seedApp } from '../helpers/apps.ts';
import { isTaken, mintToken, readToken } from '../helpers/connect-tokens.ts';
import { bearer } from '../helpers/refusals.ts';
import { masterKeys, startTestServer, useServer } from '../helpers/server.ts';
import { testDatabase } from '../setup/test-database.ts';
import { stealKey } from './forge.ts';

const path = '/.well-known/jwks.json';

const server = useServer();
const beside = useServer({
  env: () => ({ PUBLIC_URL: server.deps.config.publicUrl }),
  beside: server,
});
let app: App;
beforeAll(async () => {
  app = await seedApp(server.deps.db, server.home.projectId);
});

const fetchKeys = async (from = server) => {
  const { json } = await from.send<JSONWebKeySet>({ method: 'GET', path });
  return json.keys;
};
const kids = async (from = server) => (await fetchKeys(from)).map(({ kid }) => kid);
const kidOf = (token: string) => readToken(token).header.kid;
const sql = (text: string) => server.deps.db.$executeRawUnsafe(text);

test('the first key is made once, on its first use by any process', async () => {
  expect(await server.deps.db.signingKey.count()).toBe(0);
  const asked = [server, beside, server, beside];
  const tokens = asked.map((process, n) => mintToken(process, app, `first ${n}`));
  const [one, two, ...made] = await Promise.all([kids(server), kids(beside), ...tokens]);
  expect(one).toEqual(two);
  expect(one).toHaveLength(1);
  expect(new Set(made.map(kidOf))).toEqual(new Set(one));
  expect(await server.deps.db.signingKey.count()).toBe(1);
});

test('the published keys verify a token, may be cached, and hold no secret', async () => {
  const { status, headers, json } = await server.send<JSONWebKeySet>({ method: 'GET', path });
  expect(status).toBe(200);
  expect(headers['content-type']).toMatch(/^application\/json/);
  expect(headers['cache-control']).toBe('public, max-age=300');
  expect(json).toEqual({
    keys: [
      {
        kty: 'RSA',
        use: 'sig',
        alg: 'RS256',
        e: 'AQAB',
        n: expect.anything(),
        kid: expect.anything(),
      },
    ],
  });
  const token = await mintToken(server, app);
  const { protectedHeader } = await compactVerify(token, createLocalJWKSet(json));
  expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'JWT', kid: json.keys[0]?.kid });
  const bad = await server.send({ method: 'GET', path, headers: { authorization: bearer('x') } });
  expect(bad.status).toBe(401);
  expect(bad.headers['cache-control']).toBe('no-store');
  const post = await server.send({ method: 'POST', path, headers: { 'content-length': '0' } });
  expect([post.status, post.headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS']);
});

test('a private key is stored sealed and opens in its own row only', async () => {
  const { row, pem } = await stealKey(server);
  expect(pem).toMatch(/^-----BEGIN PRIVATE KEY-----/);
  expect(row.privateKey.length).toBe(1 + 16 + 12 + pem.length + 16);
  const elsewhere = placeOfPrivateKey(randomUUID());
  const opening = async () =>
    server.deps.vault.open(row.privateKeyDataKey, elsewhere, row.privateKey);
  await expect(opening).rejects.toThrow('moved from another place');
});

test('a token works on every process, and after a restart', async () => {
  const token = await mintToken(server, app);
  expect(await isTaken(beside, token)).toBe(true);
  const restarted = await startTestServer({}, server);
  expect(await isTaken(restarted, token)).toBe(true);
  expect(kidOf(await mintToken(restarted, app))).not.toBe(undefined);
  await restarted.close();
});

test('a new key is published before it signs, and tokens of the old key stay valid until they expire', async () => {
  const before = await mintToken(server, app);
  const old = kidOf(before);
  await rotateSigningKey(server.deps, { isCompromised: false });
  const [next, ...others] = await kids(beside);
  expect(others).toEqual([old]);
  expect(next).not.toBe(old);
  const between = await mintToken(beside, app);
  expect(kidOf(between)).toBe(old);
  const times = await server.deps.db.signingKey.findMany({ orderBy: { signsFrom: 'desc' } });
  expect(times.map(({ verifiesUntil }) => verifiesUntil === null)).toEqual([true, false]);
  const [signsFrom = 0, until = 0] = [
    times[0]?.signsFrom.getTime(),
    times[1]?.verifiesUntil?.getTime(),
  ];
  expect(signsFrom - (times[0]?.createdAt.getTime() ?? 0)).toBe(600_000); // twice the max-age
  expect(until - signsFrom).toBe((24 * 60 + 5) * 60_000);

  await sql(`UPDATE signing_key SET signs_from = now() WHERE id = '${next}'`);
  const after = await mintToken(server, app);
  expect(kidOf(after)).toBe(next);
  for (const token of [before, between, after]) {
    expect([await isTaken(server, token), await isTaken(beside, token)]).toEqual([true, true]);
  }
  expect(await kids()).toEqual([next, old]);

  await sql(`UPDATE signing_key SET verifies_until = now() WHERE id = '${old}'`);
  expect([await isTaken(server, before), await isTaken(beside, between)]).toEqual([false, false]);
  expect(await isTaken(beside, after)).toBe(true);
  expect(await kids()).toEqual([next]);
  await forgetEndedTokens(server.deps);
  expect(await server.deps.db.signingKey.count()).toBe(1);
});

test('concurrent rotations leave one newest key and one that signs', async () => {
  const old = kidOf(await mintToken(server, app));
  const rotations = [server, beside, server].map(({ deps }) =>
    rotateSigningKey(deps, { isCompromised: false }),
  );
  await Promise.all(rotations);
  expect(await server.deps.db.signingKey.count({ where: { verifiesUntil: null } })).toBe(1);
  expect(await kids()).toHaveLength(4);
  expect(kidOf(await mintToken(beside, app))).toBe(old);
  await sql(`UPDATE signing_key SET signs_from = signs_from - interval '11 minutes'`);
  const token = await mintToken(beside, app);
  expect(kidOf(token)).toBe((await kids())[0]);
  expect(await isTaken(server, token)).toBe(true);
});

// PGlite has one session, so nothing waits for a row.
test.skipIf(testDatabase().kind === 'pglite')(
  'rotations that wait for each other all complete',
  async () => {
    const { db } = server.deps;
    const before = await db.signingKey.count();
    const rotations = await db.$transaction(async (tx) => {
      await tx.$executeRaw`UPDATE signing_key SET signs_from = signs_from`;
      const both = [server, beside].map(({ deps }) =>
        rotateSigningKey(deps, { isCompromised: false }),
      );
      await wait(2_000);
      return { both };
    });
    await Promise.all(rotations.both);
    expect(await db.signingKey.count()).toBe(before + 2);
    expect(await db.signingKey.count({ where: { verifiesUntil: null } })).toBe(1);
    await rotateSigningKey(server.deps, { isCompromised: true });
  },
);

test('after a compromise all earlier tokens are refused at once, and a new key signs', async () => {
  const tokens = [await mintToken(server, app), await mintToken(beside, app)];
  await rotateSigningKey(server.deps, { isCompromised: false }); // published, not yet signing
  const published = await kids();
  await rotateSigningKey(beside.deps, { isCompromised: true });
  for (const token of tokens) {
    expect([await isTaken(server, token), await isTaken(beside, token)]).toEqual([false, false]);
  }
  const [now, ...others] = await kids();
  expect(others).toEqual([]);
  expect(published).not.toContain(now);
  const token = await mintToken(server, app);
  expect(kidOf(token)).toBe(now);
  expect(await isTaken(beside, token)).toBe(true);
});

test('a rotation of data keys seals the private keys again, and tokens stay valid', async () => {
  const before = await mintToken(server, app);
  const { row } = await stealKey(server);
  await rotateDataKeys(server.deps, createLocalKeyProvider(masterKeys), null, () => {});
  const { row: after, pem } = await stealKey(server);
  expect(after.id).toBe(row.id);
  expect(after.privateKeyDataKeyId).not.toBe(row.privateKeyDataKeyId);
  expect(pem).toMatch(/^-----BEGIN PRIVATE KEY-----/);
  for (const token of [before, await mintToken(beside, app)]) {
    expect(kidOf(token)).toBe(row.id);
    expect(await isTaken(server, token)).toBe(true);
  }
});

test('another PUBLIC_URL has its own key, and earlier tokens stay valid', async () => {
  const before = await mintToken(server, app);
  const moved = await startTestServer({ PUBLIC_URL: 'https://moved.example' }, server);
  const after = await mintToken(moved, app);
  expect(readToken(after).claims.iss).toBe('https://moved.example');
  expect(kidOf(after)).not.toBe(kidOf(before));
  for (const process of [server, moved]) {
    expect([await isTaken(process, before), await isTaken(process, after)]).toEqual([true, true]);
    expect(await kids(process)).toEqual([kidOf(after), kidOf(before)]);
  }
  await moved.close();
});

test('a key that verifies for less than the life of a token does not sign', async () => {
  const { id } = await server.deps.db.signingKey.findFirstOrThrow({
    where: { issuer: server.deps.config.publicUrl, verifiesUntil: null },
  });
  await sql(
    `UPDATE signing_key SET verifies_until = now() + interval '23 hours' WHERE id = '${id}'`,
  );
  const token = await mintToken(server, app);
  expect(kidOf(token)).not.toBe(id);
  expect(await isTaken(beside, token)).toBe(true);
});
