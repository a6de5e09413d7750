import { randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { appMutations } from '../helpers/app-mutations.ts';
import { linkConnection, seedApp, seedRequirement } from '../helpers/apps.ts';
import { anyOAuth, google, openAi, postgreSql } from '../helpers/connections.ts';
import type { Answer } from '../helpers/http.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();
let mutations: ReturnType<typeof appMutations>;
let appId: string;
beforeAll(async () => {
  mutations = appMutations(server);
});
beforeEach(async () => {
  appId = (await seedApp(server.deps.db, server.home.projectId)).id;
});

const eventsOf = ({ headers }: Answer) => {
  const where = { requestId: String(headers['x-request-id']) };
  return server.deps.db.auditEvent.findMany({ where });
};

test('creating, updating and deleting a requirement each record an event', async () => {
  const made = await mutations.createRequirement({
    appId,
    name: ' mail ',
    title: 'Your mail',
    description: ' So that we can send. ',
    spec: { type: google, scopes: ['a', 'b', 'a'] },
    workflowId: 'wf-1',
  });
  const { id } = made.result;
  expect(made.result).toEqual({
    __typename: 'Requirement',
    id: expect.any(String),
    name: 'mail',
    kind: 'CONNECTION',
    title: 'Your mail',
    description: 'So that we can send.',
    spec: { type: google, scopes: ['a', 'b'] },
    workflowId: 'wf-1',
  });
  const changed = await mutations.updateRequirement({
    id,
    title: 'Mail',
    description: null,
    spec: { type: google, scopes: null },
  });
  expect(changed.result).toEqual({
    ...made.result,
    title: 'Mail',
    description: null,
    spec: { type: google },
  });
  const same = await mutations.updateRequirement({ id, title: null, spec: null });
  expect(same.result).toEqual(changed.result);
  const gone = await mutations.deleteRequirement({ id });
  expect(gone.result).toEqual({ __typename: 'DeletedRequirement', deletedId: id });
  const detail = { app: appId, requirement: id, name: 'mail' };
  const { projectId } = server.home;
  for (const [answer, action] of [
    [made, 'requirement.create'],
    [changed, 'requirement.update'],
    [gone, 'requirement.delete'],
  ] as const) {
    expect(await eventsOf(answer)).toMatchObject([{ action, projectId, detail }]);
  }
  expect((await mutations.deleteRequirement({ id })).result.__typename).toBe('NotFoundError');
  const late = await mutations.updateRequirement({ id, title: 'x' });
  expect(late.result.__typename).toBe('NotFoundError');
});

test('blank optional text counts as absent', async () => {
  const { result } = await mutations.createRequirement({ appId, description: ' ', workflowId: '' });
  expect(result).toMatchObject({ description: null, workflowId: null });
});

describe('a spec is refused at its path:', () => {
  const refused: [kind: string, spec: object, paths: string[]][] = [
    ['CONNECTION', {}, ['spec.type']],
    ['CONNECTION', { type: null }, ['spec.type']],
    ['CONNECTION', { type: 7 }, ['spec.type']],
    ['CONNECTION', { type: 'OpenAI' }, ['spec.type']],
    ['CONNECTION', { type: `${openAi}\u0000` }, ['spec.type']],
    ['CONNECTION', { type: anyOAuth }, ['spec.type']],
    ['CONNECTION', { type: openAi, scopes: [] }, ['spec.scopes']],
    ['CONNECTION', { type: postgreSql, scopes: ['a'] }, ['spec.scopes']],
    ['CONNECTION', { type: openAi, scopes: ['a'], extra: 1 }, ['spec.extra', 'spec.scopes']],
    ['CONNECTION', { type: google, scopes: 'a' }, ['spec.scopes']],
    ['CONNECTION', { type: google, scopes: ['a', '', 'b c', 7] }, [1, 2, 3].map(scope)],
    ['CONNECTION', { type: google, scopes: ['a"b', 'é', 'x'.repeat(201)] }, [0, 1, 2].map(scope)],
    ['CONNECTION', { type: google, scopes: Array(51).fill('a') }, ['spec.scopes']],
    ['PIPEDREAM_ACCOUNT', { app_slug: '' }, ['spec.app_slug']],
    ['PIPEDREAM_ACCOUNT', { app_slug: 'g mail' }, ['spec.app_slug']],
    ['PIPEDREAM_ACCOUNT', { app_slug: 'a&b=c' }, ['spec.app_slug']],
    ['PIPEDREAM_ACCOUNT', { app_slug: 'x'.repeat(101) }, ['spec.app_slug']],
  ];

  test.each(refused)('%s %j', async (kind, spec, paths) => {
    const { result } = await mutations.createRequirement({ appId, kind, spec });
    expect([...new Set(result.fields.map(({ path }) => path))].sort()).toEqual(paths.sort());
    const stored = kind === 'CONNECTION' ? { spec: { type: google } } : accountOfGmail;
    const { id } = await seedRequirement(server.deps.db, appId, stored);
    const { result: changed } = await mutations.updateRequirement({ id, title: ' ', spec });
    const changedPaths = changed.fields.map(({ path }) => path);
    expect(changedPaths).toContain('title');
    expect(changedPaths.some((path) => path.startsWith('spec'))).toBe(true);
    const alone = await mutations.updateRequirement({ id, spec });
    expect(alone.result.__typename).toBe('InvalidInputError');
    expect(await server.deps.db.requirement.findUnique({ where: { id } })).toMatchObject(stored);
  });
});

function scope(index: number): string {
  return `spec.scopes.${index}`;
}

const accountOfGmail = { kind: 'pipedream_account', spec: { app_slug: 'gmail' } } as const;

test('a valid spec of the other kind is refused, and the error reveals no unknown record', async () => {
  const { id } = await seedRequirement(server.deps.db, appId);
  const spec = { app_slug: 'gmail' };
  for (const wrong of [{ spec }, { kind: 'PIPEDREAM_ACCOUNT', spec: { type: google } }]) {
    const { result } = await mutations.createRequirement({ appId, ...wrong });
    const paths = result.fields.map(({ path }) => path).sort();
    expect(paths).toEqual(['spec.app_slug', 'spec.type']);
  }
  expect((await mutations.updateRequirement({ id, spec })).result.fields).toMatchObject([
    { path: 'spec.type', message: 'cannot be blank' },
    { path: 'spec.app_slug', message: 'is not a known field' },
  ]);
  const nobodys = await mutations.updateRequirement({ id: randomUUID(), spec });
  expect(nobodys.result.__typename).toBe('NotFoundError');
  const theirs = await mutations.updateRequirement({ id, spec }, server.stranger.key);
  expect(theirs.result.__typename).toBe('NotFoundError');
});

test('all complaints are returned at once', async () => {
  const { result } = await mutations.createRequirement({
    appId,
    name: '',
    title: 'x'.repeat(201),
    description: 'x'.repeat(2_001),
    workflowId: 'x'.repeat(256),
    spec: { type: 'nope', extra: true },
  });
  const paths = ['description', 'name', 'spec.extra', 'spec.type', 'title', 'workflowId'];
  expect(result.fields.map(({ path }) => path).sort()).toEqual(paths);
});

test('a name is unique in its app, also for concurrent requests', async () => {
  const other = await seedApp(server.deps.db, server.home.projectId);
  const results = await Promise.all(
    Array.from({ length: 8 }, () => mutations.createRequirement({ appId, name: 'mail' })),
  );
  const names = results.map(({ result }) => result.__typename).sort();
  expect(names).toEqual([...Array.from({ length: 7 }, () => 'ConflictError'), 'Requirement']);
  const elsewhere = await mutations.createRequirement({ appId: other.id, name: 'mail' });
  expect(elsewhere.result.__typename).toBe('Requirement');
});

test('an app has 50 requirements at most, also for concurrent requests', async () => {
  for (let index = 0; index < 47; index += 1) await seedRequirement(server.deps.db, appId);
  const results = await Promise.all(
    Array.from({ length: 10 }, () => mutations.createRequirement({ appId })),
  );
  expect(results.filter(({ result }) => result.__typename === 'Requirement')).toHaveLength(3);
  const refused = results.find(({ result }) => result.__typename !== 'Requirement')?.result;
  expect(refused).toMatchObject({ __typename: 'ConflictError', message: /50/ });
  expect(await server.deps.db.requirement.count({ where: { appId } })).toBe(50);
});

test('creating a requirement finds no app that is deleted at the same time, and leaves nothing', async () => {
  for (let round = 0; round < 10; round += 1) {
    const { id } = await seedApp(server.deps.db, server.home.projectId);
    const [made, gone] = await Promise.all([
      mutations.createRequirement({ appId: id }),
      mutations.deleteApp({ id }),
    ]);
    expect(['Requirement', 'NotFoundError']).toContain(made.result.__typename);
    expect(gone.result.__typename).toBe('DeletedApp');
    expect(await server.deps.db.requirement.count({ where: { appId: id } })).toBe(0);
  }
});

test('a link counts while it matches the requirement', async () => {
  const { id } = (await mutations.createRequirement({ appId })).result;
  await linkConnection(server, { id, appId }, 'ann');
  const isSatisfied = async () => {
    const document =
      'query($appId: ID) { requirementsStatus(userId: "ann", appId: $appId) { satisfied } }';
    return (await server.graphql(document, { appId })).data;
  };
  const change = (spec: object) => mutations.updateRequirement({ id, spec });
  expect(await isSatisfied()).toEqual({ requirementsStatus: { satisfied: true } });
  await change({ type: 'dynamiq.connections.Anthropic' });
  expect(await isSatisfied()).toEqual({ requirementsStatus: { satisfied: false } });
  await change({ type: openAi });
  expect(await isSatisfied()).toEqual({ requirementsStatus: { satisfied: true } });
});
