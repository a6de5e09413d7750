import { randomUUID } from 'node:crypto';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { App } from '../../src/platform/db/generated/client.ts';
import { seedApp } from '../helpers/apps.ts';
import { isTaken, mintToken, postToken, present } from '../helpers/connect-tokens.ts';
import { expectTheSame } from '../helpers/refusals.ts';
import { seedProject } from '../helpers/seed.ts';
import { useServer } from '../helpers/server.ts';
import { testDatabase } from '../setup/test-database.ts';
import { claimsOf, forge, rs256, stealKey } from './forge.ts';

const server = useServer();
/** Another process on the same database. */
const beside = useServer({ beside: server });
let app: App;
beforeAll(async () => {
  app = await seedApp(server.deps.db, server.home.projectId);
});
afterEach(() => vi.useRealTimers());

const document = `mutation ($input: RevokeConnectTokensInput!) {
  revokeConnectTokens(input: $input) {
    __typename
    ... on RevokedConnectTokens { count }
    ... on UserError { code message }
    ... on InvalidInputError { fields { path message } }
  }
}`;

type Revoked = { __typename: string; count?: number; fields?: object[] };

async function revoke(input: object, key?: string): Promise<Revoked> {
  type Data = { revokeConnectTokens: Revoked };
  const { data } = await server.graphql<Data>(document, { input }, key);
  return data.revokeConnectTokens;
}

const revoked = (count: number) => ({ __typename: 'RevokedConnectTokens', count });

/** The response of both processes, which must be equal. */
async function isTakenEverywhere(token: string): Promise<boolean> {
  const [here, there] = await Promise.all([isTaken(server, token), isTaken(beside, token)]);
  expect(there).toBe(here);
  return here;
}

describe('a revoked token', () => {
  test('is refused on every process when its jti is revoked, and the user’s other tokens are not', async () => {
    const [one, another] = [await mintToken(server, app), await mintToken(beside, app)];
    expect(await isTakenEverywhere(one)).toBe(true);
    expect(await revoke({ appId: app.id, jti: claimsOf(one).jti })).toEqual(revoked(1));
    expect(await isTakenEverywhere(one)).toBe(false);
    expect(await isTakenEverywhere(another)).toBe(true);
    expect(await revoke({ appId: app.id, jti: claimsOf(one).jti })).toEqual(revoked(0));
    expectTheSame(
      (await present(server, one)).graphql,
      (await present(server, 'nonsense')).graphql,
    );
  });

  test('is refused when all tokens of its user are revoked; tokens of other users and apps and later ones are not', async () => {
    const other = await seedApp(server.deps.db, server.home.projectId);
    const mine = await Promise.all([1, 2, 3].map(() => mintToken(server, app, 'bob')));
    const others = [await mintToken(server, app, 'cyd'), await mintToken(server, other, 'bob')];
    expect(await revoke({ appId: app.id, userId: '  bob ' })).toEqual(revoked(1));
    for (const token of mine) expect(await isTakenEverywhere(token)).toBe(false);
    for (const token of others) expect(await isTakenEverywhere(token)).toBe(true);
    expect(await isTakenEverywhere(await mintToken(server, app, 'bob'))).toBe(true);
  });

  test('stays valid when it is revoked by a key of another app', async () => {
    const other = await seedApp(server.deps.db, server.home.projectId);
    const token = await mintToken(server, app);
    expect(await revoke({ appId: other.id, jti: claimsOf(token).jti })).toEqual(revoked(1));
    expect(await isTakenEverywhere(token)).toBe(true);
    expect(await revoke({ appId: app.id, jti: claimsOf(token).jti })).toEqual(revoked(1));
    expect(await isTakenEverywhere(token)).toBe(false);
  });
});

describe('a revocation', () => {
  test('of a user without a token does nothing and stores nothing', async () => {
    expect(await revoke({ appId: app.id, userId: 'nobody' })).toEqual(revoked(0));
    expect(await server.deps.db.endUser.count({ where: { userId: 'nobody' } })).toBe(0);
  });

  test.each([{}, { jti: randomUUID(), userId: 'ann' }, { jti: null, userId: null }])(
    'of %o is refused',
    async (which) => {
      expect(await revoke({ appId: app.id, ...which })).toMatchObject({
        fields: [{ path: 'jti', message: 'or userId must be given, and not both' }],
      });
    },
  );

  test.each(['x', '', '\0'])('of the jti %j is not found', async (jti) => {
    expect(await revoke({ appId: app.id, jti })).toMatchObject({ __typename: 'NotFoundError' });
  });

  test('needs a key of the app’s project that may make tokens', async () => {
    const { organizationId, projectId } = server.home;
    const token = await mintToken(server, app);
    const input = { appId: app.id, jti: claimsOf(token).jti };
    const elsewhere = await seedProject(server.deps.db, organizationId);
    const viewer = await server.createKey({ role: 'viewer' });
    expect(await revoke(input, viewer)).toMatchObject({ __typename: 'ForbiddenError' });
    for (const key of [server.stranger.key, await server.createKey({ projectId: elsewhere })]) {
      expect(await revoke(input, key)).toMatchObject({ __typename: 'NotFoundError' });
    }
    expect(await isTaken(server, token)).toBe(true);
    const runtime = await server.createKey({ role: 'runtime', projectId });
    expect(await revoke(input, runtime)).toEqual(revoked(1));
    expect(await isTaken(server, token)).toBe(false);
  });

  test('is audited with the hash of the user and without the name', async () => {
    await mintToken(server, app, 'a person’s name');
    await revoke({ appId: app.id, userId: 'a person’s name' });
    const events = await server.deps.db.auditEvent.findMany({ orderBy: { id: 'desc' }, take: 2 });
    const user = Object(events[0]?.detail).user;
    expect(user).toMatch(/^[\w-]{43}$/);
    expect(events.map(({ action, projectId, detail }) => ({ action, projectId, detail }))).toEqual([
      {
        action: 'connect_token.revoke',
        projectId: app.projectId,
        detail: { app: app.id, user },
      },
      {
        action: 'connect_token.create',
        projectId: app.projectId,
        detail: {
          app: app.id,
          user,
          jti: expect.anything(),
        },
      },
    ]);
    expect(JSON.stringify(events)).not.toContain('a person');
  });
});

describe('a token', () => {
  test('of a deleted app is refused', async () => {
    const gone = await seedApp(server.deps.db, server.home.projectId);
    const token = await mintToken(server, gone);
    expect(await isTakenEverywhere(token)).toBe(true);
    await server.deps.db.app.delete({ where: { id: gone.id } });
    expect(await isTakenEverywhere(token)).toBe(false);
  });

  test('that was made without a key is refused once the app is private, and one made with a key is not', async () => {
    const { db } = server.deps;
    const open = await seedApp(db, server.home.projectId, { visibility: 'public' });
    const anonymous = (await postToken(server, open)).json.token;
    const withKey = (await postToken(server, open, undefined, { key: server.adminKey })).json.token;
    expect(claimsOf(anonymous).via).toBe('anonymous');
    expect(claimsOf(withKey).via).toBe('key');
    expect(await isTakenEverywhere(anonymous)).toBe(true);
    await db.app.update({ where: { id: open.id }, data: { visibility: 'private' } });
    expect(await isTakenEverywhere(anonymous)).toBe(false);
    expect(await isTakenEverywhere(withKey)).toBe(true);
  });

  test('of a deleted user is refused, also when the user exists again', async () => {
    const token = await mintToken(server, app, 'dan');
    await server.deps.db.endUser.deleteMany({ where: { userId: 'dan' } });
    expect(await isTakenEverywhere(token)).toBe(false);
    expect(await isTakenEverywhere(await mintToken(server, app, 'dan'))).toBe(true);
    expect(await isTakenEverywhere(token)).toBe(false);
  });

  test('ends when its day has passed', async () => {
    const now = await databaseTime();
    const signed = await signAtAnyTime();
    expect(await isTakenEverywhere(signed(now - 86_400))).toBe(false);
    expect(await isTakenEverywhere(signed(now - 86_340))).toBe(true);
  });

  // PGlite's clock is this process's own.
  test.skipIf(testDatabase().kind === 'pglite').each([-400, 400])(
    'expires by the database’s clock when the process’s clock is off by %i days',
    async (days) => {
      const now = await databaseTime();
      const signed = await signAtAnyTime();
      vi.useFakeTimers({ toFake: ['Date'], now: now * 1_000 + days * 86_400_000 });
      expect(await isTakenEverywhere(signed(now - 86_400))).toBe(false);
      expect(await isTakenEverywhere(signed(now - 86_340))).toBe(true);
      const { iat, exp } = claimsOf(await mintToken(server, app));
      expect(iat - now).toBeLessThan(60);
      expect(exp - iat).toBe(86_400);
    },
  );
});

async function databaseTime(): Promise<number> {
  const text = 'SELECT floor(EXTRACT(EPOCH FROM now()))::float8 AS now';
  const [row] = await server.deps.sql<{ now: number }>('clock', text, []);
  return row?.now ?? 0;
}

/** Makes valid tokens of any age. */
async function signAtAnyTime() {
  const token = await mintToken(server, app);
  const { kid, pem } = await stealKey(server);
  return (iat: number) => {
    const payload = { ...claimsOf(token), iat, exp: iat + 86_400 };
    return forge({ header: { alg: 'RS256', typ: 'JWT', kid }, payload, by: rs256(pem) });
  };
}
