import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import type { App, OauthGrant } from '../../src/platform/db/generated/client.ts';
import { linkConnection, seedApp, seedEndUser, seedRequirement } from '../helpers/apps.ts';
import { google } from '../helpers/connections.ts';
import { useServer } from '../helpers/server.ts';
import { statementsOf as allStatementsOf } from '../helpers/statements.ts';

const server = useServer();
let app: App;
beforeAll(async () => {
  app = await seedApp(server.deps.db, server.home.projectId);
});

const statementsOf = async (work: () => Promise<unknown>) =>
  (await allStatementsOf(work)).filter((text) => !text.includes('SET last_used_at'));

const [calendar, mail] = ['https://provider.example/calendar', 'https://provider.example/mail'];

/** Links a Google connection of a user, in a state that only a provider can cause. */
async function linkGoogle(spec: object, grant: Partial<OauthGrant>, status = 'active' as const) {
  const { db } = server.deps;
  const requirement = await seedRequirement(db, app.id, { spec: { type: google, ...spec } });
  const linked = await linkConnection(server, requirement, randomUUID(), {
    type: google,
    config: {},
  });
  const { connectionId, endUserId } = linked;
  await db.connection.update({ where: { id: connectionId }, data: { status } });
  const facts = { refreshable: false, tokenHost: 'provider.example', ...grant };
  await db.oauthGrant.create({ data: { connectionId, ...facts } });
  const pair = { endUserId, requirementId: requirement.id };
  return { connectionId, state: await server.deps.loadRequirementState(pair) };
}

describe('a connection completes its requirement', () => {
  test('when it is active', async () => {
    const requirement = await seedRequirement(server.deps.db, app.id);
    const { connectionId, endUserId } = await linkConnection(server, requirement, 'ann');
    const pair = { endUserId, requirementId: requirement.id };
    expect(await server.deps.loadRequirementState(pair)).toEqual({
      status: 'completed',
      kind: 'connection',
      connection: {
        id: connectionId,
        type: 'dynamiq.connections.OpenAI',
        status: 'active',
        missingScopes: [],
      },
      pipedreamAccountId: null,
    });
  });

  test('when it has all required scopes and more', async () => {
    const { state } = await linkGoogle({ scopes: [mail] }, { scopes: [calendar, mail] });
    expect(state.status).toBe('completed');
  });

  test('when it has the default scopes of its type and the requirement names none', async () => {
    const scopes = ['email', 'profile', 'openid', 'https://www.googleapis.com/auth/drive.readonly'];
    expect((await linkGoogle({}, { scopes })).state.status).toBe('completed');
    expect((await linkGoogle({}, { scopes: ['openid'] })).state.status).toBe('pending');
  });

  test('offline_access is granted by a refresh token', async () => {
    const spec = { scopes: ['offline_access'] };
    expect((await linkGoogle(spec, { scopes: [], refreshable: true })).state.status).toBe(
      'completed',
    );
    expect((await linkGoogle(spec, { scopes: [] })).state.status).toBe('pending');
  });
});

describe('a connection leaves its requirement pending', () => {
  test.each(['incomplete', 'expired'] as const)('while it is %s', async (status) => {
    const { db } = server.deps;
    const requirement = await seedRequirement(db, app.id);
    const { connectionId, endUserId } = await linkConnection(server, requirement, status);
    await db.connection.update({ where: { id: connectionId }, data: { status } });
    const pair = { endUserId, requirementId: requirement.id };
    const state = await server.deps.loadRequirementState(pair);
    expect(state).toMatchObject({ status: 'pending', connection: { id: connectionId, status } });
  });

  test('without one of the scopes, which the status names', async () => {
    const { state } = await linkGoogle({ scopes: [calendar, mail] }, { scopes: [calendar] });
    expect(state).toMatchObject({ status: 'pending', connection: { missingScopes: [mail] } });
  });

  test('when the requirement asks for another type since then', async () => {
    const { db } = server.deps;
    const requirement = await seedRequirement(db, app.id);
    const { endUserId } = await linkConnection(server, requirement, 'ann');
    const data = { spec: { type: 'dynamiq.connections.Anthropic' } };
    await db.requirement.update({ where: { id: requirement.id }, data });
    const pair = { endUserId, requirementId: requirement.id };
    expect((await server.deps.loadRequirementState(pair)).status).toBe('pending');
  });

  test('when it belongs to another requirement or another user', async () => {
    const { db } = server.deps;
    const [one, other] = [await seedRequirement(db, app.id), await seedRequirement(db, app.id)];
    const { connectionId, endUserId } = await linkConnection(server, one, randomUUID());
    const pair = { endUserId, requirementId: one.id };
    const move = (data: { requirementId?: string; endUserId?: string }) =>
      db.connection.update({ where: { id: connectionId }, data });
    await move({ requirementId: other.id });
    expect((await server.deps.loadRequirementState(pair)).status).toBe('pending');
    await move({ requirementId: one.id, endUserId: (await seedEndUser(db, app.id, 'eve')).id });
    expect((await server.deps.loadRequirementState(pair)).status).toBe('pending');
    await move({ endUserId });
    expect((await server.deps.loadRequirementState(pair)).status).toBe('completed');
  });
});

test('an unknown requirement is pending and does not affect the others', async () => {
  const requirement = await seedRequirement(server.deps.db, app.id);
  const { endUserId } = await linkConnection(server, requirement, 'neighbour');
  const ask = server.deps.loadRequirementState;
  const pairs = [
    { endUserId, requirementId: randomUUID() },
    { endUserId, requirementId: requirement.id },
    { endUserId: randomUUID(), requirementId: requirement.id },
  ];
  const states = await Promise.all(pairs.map(ask));
  expect(states.map(({ status }) => status)).toEqual(['pending', 'completed', 'pending']);
});

describe('the number of statements is fixed:', () => {
  test('200 pairs of users and requirements share one statement', async () => {
    const { db } = server.deps;
    const requirements = await Promise.all(
      Array.from({ length: 10 }, () => seedRequirement(db, app.id)),
    );
    const users = await Promise.all(
      Array.from({ length: 20 }, (_, index) => seedEndUser(db, app.id, `user ${index}`)),
    );
    const pairs = users.flatMap(({ id: endUserId }) =>
      requirements.map(({ id: requirementId }) => ({ endUserId, requirementId })),
    );
    const ask = server.deps.loadRequirementState;
    const statements = await statementsOf(() => Promise.all(pairs.map(ask)));
    expect(statements).toHaveLength(1);
  });

  test('the status of 20 users of 4 apps with requirements and apps takes 4 statements', async () => {
    const { db } = server.deps;
    const apps = await Promise.all(
      Array.from({ length: 4 }, () => seedApp(db, server.home.projectId)),
    );
    for (const { id } of apps) {
      for (let index = 0; index < 5; index += 1) await seedRequirement(db, id);
    }
    const asked = apps.flatMap(({ id }, place) =>
      Array.from(
        { length: 5 },
        (_, user) =>
          `a${place}${user}: requirementsStatus(userId: "user ${user}", appId: "${id}") {
            satisfied unsatisfied { name spec app { hostname } } }`,
      ),
    );
    const ask = async (fields: readonly string[]) => {
      const { data, errors } = await server.graphql(`{ ${fields.join('\n')} }`);
      expect(errors).toEqual([]);
      expect(Object.keys(data)).toHaveLength(fields.length);
    };
    const one = await statementsOf(() => ask(asked.slice(0, 1)));
    const all = await statementsOf(() => ask(asked));
    expect(one.length, one.join('\n\n')).toBe(4); // the caller, the app, its requirements, its name
    expect(all.length, all.join('\n\n')).toBe(4);
  });
});
