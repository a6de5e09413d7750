import { randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { App, Requirement } from '../../src/platform/db/generated/client.ts';
import { appMutations } from '../helpers/app-mutations.ts';
import { linkConnection, seedApp, seedEndUser, seedRequirement } from '../helpers/apps.ts';
import { google } from '../helpers/connections.ts';
import { seedProject } from '../helpers/seed.ts';
import { connect, useWorld } from '../helpers/world.ts';

const world = useWorld('google');
let mutations: ReturnType<typeof appMutations>;
let app: App;
let requirement: Requirement;
beforeAll(async () => {
  mutations = appMutations(world.server);
});
beforeEach(async () => {
  const { db } = world.server.deps;
  app = await seedApp(db, world.server.home.projectId);
  requirement = await seedRequirement(db, app.id);
  world.provider.reset();
});

/** Links an account of a user with a real consent. */
async function linkConsented(of: Pick<Requirement, 'id' | 'appId'>, userId: string) {
  const { db } = world.server.deps;
  const connectionId = await connect(world);
  const { id: endUserId } = await seedEndUser(db, of.appId, userId);
  const ofUser = { endUserId, requirementId: of.id };
  await db.connection.update({ where: { id: connectionId }, data: ofUser });
  await db.endUserLink.create({
    data: { id: randomUUID(), ...ofUser, connectionId, jti: randomUUID() },
  });
  return connectionId;
}

/** Counts the rows that remain of the users' links. */
async function leftOf(ids: string[]) {
  const { db } = world.server.deps;
  const where = { connectionId: { in: ids } };
  return {
    connections: await db.connection.count({ where: { id: { in: ids } } }),
    secrets: await db.connectionSecret.count({ where }),
    grants: await db.oauthGrant.count({ where }),
    attempts: await db.authorizationAttempt.count({ where }),
    links: await db.endUserLink.count({ where }),
  };
}

const nothing = { connections: 0, secrets: 0, grants: 0, attempts: 0, links: 0 };

const ways: [string, () => Promise<{ result: { __typename: string } }>, string][] = [
  ['an app', () => mutations.deleteApp({ id: app.id }), 'DeletedApp'],
  [
    'a requirement',
    () => mutations.deleteRequirement({ id: requirement.id }),
    'DeletedRequirement',
  ],
];

describe.each(ways)('deleting %s', (_, remove, deleted) => {
  test('deletes the users’ links with their sealed values, and nothing else', async () => {
    const { db } = world.server.deps;
    const ids: string[] = [];
    for (const user of ['ann', 'bob', 'cho']) {
      ids.push((await linkConnection(world.server, requirement, user)).connectionId);
    }
    const beside = await seedApp(db, world.server.home.projectId);
    const kept = await linkConnection(world.server, await seedRequirement(db, beside.id), 'ann');
    expect(await leftOf(ids)).toMatchObject({ connections: 3, secrets: 3, links: 3 });
    expect((await remove()).result.__typename).toBe(deleted);
    expect(await leftOf(ids)).toEqual(nothing);
    expect(await leftOf([kept.connectionId])).toMatchObject({
      connections: 1,
      secrets: 1,
      links: 1,
    });
    const others = await db.requirement.count({ where: { appId: app.id } });
    expect(others).toBe(0);
  });

  test('revokes their consents at the provider without waiting for it', async () => {
    const ofGoogle = { spec: { type: google } };
    await world.server.deps.db.requirement.update({
      where: { id: requirement.id },
      data: ofGoogle,
    });
    const ids = [await linkConsented(requirement, 'ann'), await linkConsented(requirement, 'bob')];
    world.provider.reset({ delay: { ms: 2_000, when: 'before', on: 'revocation' } });
    const start = performance.now();
    expect((await remove()).result.__typename).toBe(deleted);
    expect(performance.now() - start).toBeLessThan(1_500);
    expect(await leftOf(ids)).toEqual(nothing);
    await expect.poll(() => world.provider.counts.revoked, { timeout: 10_000 }).toBe(2);
  });

  test('succeeds with tokens that cannot be decrypted', async () => {
    const id = await linkConsented(requirement, 'ann');
    const data = { tokens: Buffer.from('damaged') };
    await world.server.deps.db.oauthGrant.update({ where: { connectionId: id }, data });
    expect((await remove()).result.__typename).toBe(deleted);
    expect(await leftOf([id])).toEqual(nothing);
  });

  test('revokes and deletes nothing for a stranger', async () => {
    const id = await linkConsented(requirement, 'ann');
    world.provider.reset();
    const { key } = world.server.stranger;
    const viewer = await world.server.createKey({ role: 'editor' });
    for (const [credential, refusal] of [
      [key, 'NotFoundError'],
      [viewer, 'ForbiddenError'],
    ] as const) {
      const app_ = await mutations.deleteApp({ id: app.id }, credential);
      const requirement_ = await mutations.deleteRequirement({ id: requirement.id }, credential);
      expect([app_, requirement_].map(({ result }) => result.__typename)).toEqual([
        refusal,
        refusal,
      ]);
    }
    expect(world.provider.calls).toEqual([]);
    expect(await leftOf([id])).toMatchObject({ connections: 1, links: 1 });
  });
});

test('concurrent deletions of an app and its requirements leave nothing and do not deadlock', async () => {
  const { db } = world.server.deps;
  for (let round = 0; round < 5; round += 1) {
    const { id } = await seedApp(db, world.server.home.projectId);
    const asked = [await seedRequirement(db, id), await seedRequirement(db, id)];
    const ids: string[] = [];
    for (const one of asked) {
      for (const user of ['ann', 'bob']) {
        ids.push((await linkConnection(world.server, one, user)).connectionId);
      }
    }
    const answers = await Promise.all([
      mutations.deleteApp({ id }),
      ...asked.map((one) => mutations.deleteRequirement({ id: one.id })),
    ]);
    expect(answers[0]?.result.__typename).toBe('DeletedApp');
    for (const { result } of answers.slice(1)) {
      expect(['DeletedRequirement', 'NotFoundError']).toContain(result.__typename);
    }
    expect(await leftOf(ids)).toEqual(nothing);
  }
});

test('concurrent deletions of a project and its apps leave nothing and do not deadlock', async () => {
  const { server } = world;
  const { db } = server.deps;
  for (let round = 0; round < 5; round += 1) {
    const projectId = await seedProject(db, server.home.organizationId, `doomed ${round}`);
    const { id } = await seedApp(db, projectId);
    const asked = await seedRequirement(db, id);
    const ids: string[] = [];
    for (const user of ['ann', 'bob']) {
      const linked = await linkConnection(server, asked, user, { project_id: projectId });
      ids.push(linked.connectionId);
    }
    const document = `mutation($input: DeleteProjectInput!) { deleteProject(input: $input) { __typename } }`;
    const input = { id: projectId, confirm: `doomed ${round}` };
    const [project, ...others] = await Promise.all([
      server.graphql(document, { input }),
      mutations.deleteApp({ id }),
      mutations.deleteRequirement({ id: asked.id }),
      mutations.createApp({ projectId }),
    ]);
    expect(project.data).toEqual({ deleteProject: { __typename: 'DeletedProject' } });
    for (const { result } of others) {
      expect(['NotFoundError', 'App', 'DeletedApp', 'DeletedRequirement']).toContain(
        result.__typename,
      );
    }
    expect(await leftOf(ids)).toEqual(nothing);
    expect(await db.app.count({ where: { projectId } })).toBe(0);
  }
});
