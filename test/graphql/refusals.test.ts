import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadSchema } from '../../src/edge/graphql/schema.ts';
import type { Role } from '../../src/platform/db/generated/enums.ts';
import { uniqueHostname } from '../helpers/apps.ts';
import { mintToken } from '../helpers/connect-tokens.ts';
import type { Answer } from '../helpers/http.ts';
import {
  answersTo,
  attempt,
  badCredentials,
  bearer,
  type Callers,
  createCallers,
  createWorld,
  expectTheSame,
  goodBodies,
  lesserRoles,
  roles,
  type World,
} from '../helpers/refusals.ts';
import { useServer } from '../helpers/server.ts';

type Sample = {
  /** The field's arguments and selection. */
  ask: (world: World) => { field: string; input?: object };
  /** The least role; `anyone` for none, `end user` for a connect token. */
  needs: Role | 'anyone' | 'end user';
  /** What a caller out of reach gets; `own` where everybody asks for their own. */
  outOfReach: 'null' | 'NotFoundError' | 'NOT_FOUND' | 'own';
  /** It concerns the organization: who is bound to a project, or holds roles in projects alone, is forbidden. */
  isOrganizations?: true;
  /** It answers each of its items for itself. */
  isEach?: true;
  /** What a person of too small a role gets, where that is not that it is forbidden. */
  personGets?: 'NotFoundError';
};

const failure = '__typename ... on UserError { code message }';
const connectionResult = `{ ... on Connection { id } ${failure} }`;
const referenceResult = `{ ... on ConnectionReference { id } ${failure} }`;
const userResult = `{ ... on User { id } ${failure} }`;
const deleted =
  '{ ... on DeletedConnection { deletedId } __typename ... on UserError { code message } }';
const requirementResult = `{ ... on Requirement { id } ${failure} }`;
const nodes = '{ nodes { id } }';

/** How each root field is asked. */
const samples: Record<string, Sample> = {
  viewer: { needs: 'anyone', outOfReach: 'own', ask: () => ({ field: '{ kind }' }) },
  connectionTypes: { needs: 'viewer', outOfReach: 'own', ask: () => ({ field: '{ type }' }) },
  connectionType: {
    needs: 'viewer',
    outOfReach: 'own',
    ask: () => ({ field: '(type: "dynamiq.connections.OpenAI") { type }' }),
  },
  connection: {
    needs: 'viewer',
    outOfReach: 'null',
    ask: ({ connectionId }) => ({ field: `(id: "${connectionId}") { id }` }),
  },
  node: {
    needs: 'viewer',
    outOfReach: 'null',
    ask: ({ requirementId }) => ({ field: `(id: "${requirementId}") { id }` }),
  },
  connections: {
    needs: 'viewer',
    outOfReach: 'NOT_FOUND',
    ask: ({ projectId }) => ({ field: `(projectId: "${projectId}") ${nodes}` }),
  },
  project: {
    needs: 'viewer',
    outOfReach: 'null',
    ask: ({ projectId }) => ({ field: `(id: "${projectId}") { id }` }),
  },
  app: {
    needs: 'viewer',
    outOfReach: 'null',
    ask: ({ appId }) => ({ field: `(id: "${appId}") { id }` }),
  },
  requirement: {
    needs: 'viewer',
    outOfReach: 'null',
    ask: ({ requirementId }) => ({ field: `(id: "${requirementId}") { id }` }),
  },
  requirementsStatus: {
    needs: 'viewer',
    outOfReach: 'NOT_FOUND',
    ask: ({ appId }) => ({ field: `(userId: "ann", appId: "${appId}") { satisfied }` }),
  },
  createApp: {
    needs: 'admin',
    outOfReach: 'NotFoundError',
    ask: ({ projectId }) => ({
      field: `{ ... on App { id } ${failure} }`,
      input: { projectId, name: 'app', hostname: uniqueHostname(), visibility: 'PUBLIC' },
    }),
  },
  updateApp: {
    needs: 'admin',
    outOfReach: 'NotFoundError',
    ask: ({ appId }) => ({
      field: `{ ... on App { id } ${failure} }`,
      input: { id: appId, name: 'renamed' },
    }),
  },
  deleteApp: {
    needs: 'admin',
    outOfReach: 'NotFoundError',
    ask: ({ appId }) => ({
      field: `{ ... on DeletedApp { deletedId } ${failure} }`,
      input: { id: appId },
    }),
  },
  createRequirement: {
    needs: 'admin',
    outOfReach: 'NotFoundError',
    ask: ({ appId }) => ({
      field: `{ ... on Requirement { id } ${failure} }`,
      input: {
        appId,
        name: 'renamed',
        kind: 'PIPEDREAM_ACCOUNT',
        title: 'Your mail',
        spec: { app_slug: 'gmail' },
      },
    }),
  },
  updateRequirement: {
    needs: 'admin',
    outOfReach: 'NotFoundError',
    ask: ({ requirementId }) => ({
      field: `{ ... on Requirement { id } ${failure} }`,
      input: { id: requirementId, title: 'renamed' },
    }),
  },
  deleteRequirement: {
    needs: 'admin',
    outOfReach: 'NotFoundError',
    ask: ({ requirementId }) => ({
      field: `{ ... on DeletedRequirement { deletedId } ${failure} }`,
      input: { id: requirementId },
    }),
  },
  auditEvents: {
    needs: 'admin',
    outOfReach: 'NOT_FOUND',
    ask: ({ projectId }) => ({ field: `(projectId: "${projectId}") ${nodes}` }),
  },
  createConnection: {
    needs: 'editor',
    outOfReach: 'NotFoundError',
    ask: (world) => {
      const { name, type, config } = goodBodies(world).create;
      return { field: connectionResult, input: { projectId: world.projectId, name, type, config } };
    },
  },
  updateConnection: {
    needs: 'editor',
    outOfReach: 'NotFoundError',
    ask: ({ connectionId }) => ({
      field: connectionResult,
      input: { id: connectionId, name: 'renamed' },
    }),
  },
  deleteConnection: {
    needs: 'editor',
    outOfReach: 'NotFoundError',
    ask: ({ connectionId }) => ({ field: deleted, input: { id: connectionId } }),
  },
  fetchCredentials: {
    needs: 'runtime',
    outOfReach: 'NotFoundError',
    ask: ({ connectionId }) => ({
      field: `{ ... on Credentials { config } ${failure} }`,
      input: { id: connectionId },
    }),
  },
  resolveCredentials: {
    isEach: true,
    needs: 'runtime',
    outOfReach: 'NotFoundError',
    ask: ({ connectionId }) => ({
      field: `{ ... on ResolvedCredentials { items { ... on Credentials { config } ${failure} } } ${failure} }`,
      input: { references: [{ connectionId }] },
    }),
  },
  authorizeConnection: {
    needs: 'editor',
    outOfReach: 'NotFoundError',
    ask: ({ connectionId }) => ({
      field: `{ ... on Authorization { expiresAt } ${failure} }`,
      input: { id: connectionId },
    }),
  },
  refreshConnection: {
    needs: 'editor',
    outOfReach: 'NotFoundError',
    ask: ({ connectionId }) => ({ field: connectionResult, input: { id: connectionId } }),
  },
  addConnectionReference: {
    needs: 'editor',
    outOfReach: 'NotFoundError',
    ask: ({ connectionId }) => ({
      field: referenceResult,
      input: { connectionId, kind: 'workflow', externalId: 'refused' },
    }),
  },
  removeConnectionReference: {
    needs: 'editor',
    outOfReach: 'NotFoundError',
    ask: ({ referenceId }) => ({ field: referenceResult, input: { id: referenceId } }),
  },
  replaceConnection: {
    needs: 'editor',
    outOfReach: 'NotFoundError',
    ask: ({ connectionId }) => ({
      field: connectionResult,
      input: { id: connectionId, withId: connectionId },
    }),
  },
  createProject: {
    needs: 'admin',
    outOfReach: 'own',
    ask: () => ({ field: `{ ... on Project { id } ${failure} }`, input: { name: randomUUID() } }),
  },
  updateProject: {
    needs: 'admin',
    outOfReach: 'NotFoundError',
    ask: ({ projectId }) => ({
      field: `{ ... on Project { id } ${failure} }`,
      input: { id: projectId, name: 'renamed' },
    }),
  },
  deleteProject: {
    needs: 'admin',
    outOfReach: 'NotFoundError',
    ask: ({ projectId }) => ({
      field: `{ ... on DeletedProject { deletedId } ${failure} }`,
      input: { id: projectId, confirm: 'default' },
    }),
  },
  createAccessKey: {
    needs: 'admin',
    outOfReach: 'NotFoundError',
    ask: ({ projectId }) => ({
      field: `{ ... on CreatedAccessKey { accessKey { id } } ${failure} }`,
      input: { name: 'key', role: 'VIEWER', projectId },
    }),
  },
  revokeAccessKey: {
    needs: 'admin',
    outOfReach: 'NotFoundError',
    ask: ({ accessKeyId }) => ({
      field: `{ ... on AccessKey { id } ${failure} }`,
      input: { id: accessKeyId },
    }),
  },
  users: {
    needs: 'admin',
    outOfReach: 'own',
    isOrganizations: true,
    ask: () => ({ field: nodes }),
  },
  createUser: {
    needs: 'admin',
    outOfReach: 'own',
    isOrganizations: true,
    ask: () => ({ field: userResult, input: { email: 'refused@example.com', name: 'Ann' } }),
  },
  updateUser: {
    needs: 'admin',
    outOfReach: 'NotFoundError',
    isOrganizations: true,
    ask: ({ userId }) => ({ field: userResult, input: { id: userId, name: 'renamed' } }),
  },
  deleteUser: {
    needs: 'admin',
    outOfReach: 'NotFoundError',
    isOrganizations: true,
    ask: ({ userId }) => ({
      field: `{ ... on DeletedUser { deletedId } ${failure} }`,
      input: { id: userId },
    }),
  },
  setProjectRole: {
    needs: 'admin',
    outOfReach: 'NotFoundError',
    isOrganizations: true,
    ask: ({ userId, projectId }) => ({
      field: userResult,
      input: { userId, projectId, role: 'ADMIN' },
    }),
  },
  createPersonalAccessToken: {
    needs: 'admin',
    outOfReach: 'NotFoundError',
    isOrganizations: true,
    ask: ({ userId }) => ({
      field: `{ ... on CreatedPersonalAccessToken { personalAccessToken { id } } ${failure} }`,
      input: { userId, name: 'refused' },
    }),
  },
  revokePersonalAccessToken: {
    needs: 'admin',
    outOfReach: 'NotFoundError',
    isOrganizations: true,
    personGets: 'NotFoundError',
    ask: ({ tokenId }) => ({
      field: `{ ... on PersonalAccessToken { id } ${failure} }`,
      input: { id: tokenId },
    }),
  },
  createConnectToken: {
    needs: 'runtime',
    outOfReach: 'NotFoundError',
    ask: ({ appId }) => ({
      field: `{ ... on ConnectToken { expiresAt } ${failure} }`,
      input: { appId, userId: 'refused' },
    }),
  },
  revokeConnectTokens: {
    needs: 'runtime',
    outOfReach: 'NotFoundError',
    ask: ({ appId }) => ({
      field: `{ ... on RevokedConnectTokens { count } ${failure} }`,
      input: { appId, userId: 'ann' },
    }),
  },
  endUser: { needs: 'end user', outOfReach: 'own', ask: () => ({ field: '{ userId }' }) },
  submitRequirementCredentials: {
    needs: 'end user',
    outOfReach: 'own',
    ask: ({ requirementId }) => ({
      field: requirementResult,
      input: { requirementId, type: 'dynamiq.connections.OpenAI', config: { api_key: 'a key' } },
    }),
  },
  authorizeRequirement: {
    needs: 'end user',
    outOfReach: 'own',
    ask: ({ requirementId }) => ({
      field: `{ ... on Authorization { expiresAt } ${failure} }`,
      input: { requirementId },
    }),
  },
  disconnectRequirement: {
    needs: 'end user',
    outOfReach: 'own',
    ask: ({ requirementId }) => ({ field: requirementResult, input: { requirementId } }),
  },
  deleteEndUser: {
    needs: 'admin',
    outOfReach: 'NotFoundError',
    ask: ({ appId }) => ({
      field: `{ ... on DeletedEndUser { links } ${failure} }`,
      input: { appId, userId: 'ann' },
    }),
  },
};

const schema = loadSchema();
const mutations = Object.keys(schema.getMutationType()?.getFields() ?? {});
const queries = Object.keys(schema.getQueryType()?.getFields() ?? {});

const server = useServer();
let world: World;
let bad: [string, string][];
let callers: Callers;
/** An end user's, of the world's app. */
let token: string;
beforeAll(async () => {
  world = await createWorld(server);
  bad = await badCredentials(server);
  callers = await createCallers(world);
  token = await mintToken(server, { id: world.appId }, 'ann');
});

test('every root field has its sample', () => {
  expect(Object.keys(samples).sort()).toEqual([...queries, ...mutations].sort());
});

describe.each(Object.entries(samples))('%s', (name, sample) => {
  const { needs, outOfReach, isOrganizations = false, isEach = false, personGets, ask } = sample;
  const isMutation = mutations.includes(name);

  const as = (header: string | null, of: World = world) => {
    const { field, input } = ask(of);
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
    const query = isMutation
      ? `mutation($input: ${type}!) { answer: ${name}(input: $input) ${field} }`
      : `query { answer: ${name}${field} }`;
    const body = { query, ...(input && { variables: { input } }) };
    return attempt(server, { method: 'POST', path: '/graphql', body }, header);
  };

  test('with any bad credential is the same refusal, and has no data', async () => {
    const first = await as('Bearer nonsense');
    expect(first.status).toBe(401);
    expect(first.json).toEqual({
      errors: [{ message: expect.any(String), extensions: { code: 'UNAUTHENTICATED' } }],
    });
    for (const { what, answer } of await answersTo(as, bad)) {
      expect([what, answer.status]).toEqual([what, 401]);
      expectTheSame(answer, first);
    }
  });

  test(`without a credential is ${needs === 'anyone' ? 'answered' : 'refused'}`, async () => {
    const { status, json } = await as(null);
    expect(status).toBe(needs === 'anyone' ? 200 : 401);
    if (needs === 'anyone') return expect(json).toMatchObject({ data: { answer: {} } });
    expect(json).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect(json).not.toHaveProperty('data');
  });

  if (needs === 'end user') {
    test.each(roles)('with an access key of the role %s is forbidden', async (role) => {
      const { json } = await as(bearer(callers.keys[role][0] ?? ''));
      expect(json).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
    });
    test('changes nothing when it is refused', expectNothingChanged);
    return;
  }

  const expectForbidden = ({ json }: Answer) => {
    const member = { __typename: 'ForbiddenError', code: 'FORBIDDEN' };
    if (isMutation) expect(json).toMatchObject({ data: { answer: member } });
    else expect(json).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
  };

  test(`with a connect token is ${needs === 'anyone' ? 'answered' : 'forbidden'}`, async () => {
    const answer = await as(bearer(token));
    if (needs === 'anyone') expect(answer.json).toMatchObject({ data: { answer: {} } });
    else expectForbidden(answer);
  });

  const lesser = needs === 'anyone' ? [] : lesserRoles(needs);
  for (const role of lesser) {
    test(`with the role ${role} is forbidden`, async () => {
      const answers = callers.keys[role].map((key) => as(bearer(key)));
      for (const answer of await Promise.all(answers)) expectForbidden(answer);
    });
  }

  test.each(lesser)('a person of the role %s is refused', async (role) => {
    const { byOrganization, byProject, byBoth } = callers.people[role];
    const alone = [byOrganization, byProject].map((person) => as(bearer(person.token)));
    for (const answer of await Promise.all(alone)) {
      if (personGets !== undefined) expect(answer.text).toContain(personGets);
      else if (isEach) expect(answer.text).toContain('FORBIDDEN');
      else expectForbidden(answer);
    }
    const isOfProject = outOfReach !== 'own' && !isOrganizations;
    const both = isOfProject && (await as(bearer(byBoth.token)));
    if (both && isEach) expect(both.text).toContain('FORBIDDEN');
    else if (both) expectForbidden(both);
  });

  if (outOfReach !== 'own') {
    test('a person without a role there gets the answer of who does not know of it', async () => {
      const id = randomUUID();
      const ids = { appId: id, requirementId: id, connectionId: id, accessKeyId: id };
      const ours = { projectId: id, referenceId: id, userId: id, tokenId: id };
      const nobody = { ...world, ...ids, ...ours };
      for (const [, key] of callers.strangePeople) {
        const [notYours, absent] = await Promise.all([as(bearer(key)), as(bearer(key), nobody)]);
        if (isOrganizations && personGets === undefined) expectForbidden(notYours);
        else if (outOfReach === 'null')
          expect(notYours.json).toMatchObject({ data: { answer: null } });
        else expect(notYours.text).toContain(personGets ?? outOfReach);
        expectTheSame(notYours, absent);
      }
    });

    test('out of reach cannot be told from what is not there', async () => {
      const id = randomUUID();
      const others = { appId: id, requirementId: id, referenceId: id, userId: id, tokenId: id };
      const nobody = { ...world, ...others, connectionId: id, projectId: id, accessKeyId: id };
      const malformed = {
        ...world,
        connectionId: 'x',
        projectId: '\\u0000',
        accessKeyId: '\\uD800',
        appId: 'x',
        requirementId: '\\u0000',
        referenceId: 'x',
        userId: '\\uD800',
        tokenId: 'x',
      };
      for (const [who, key] of callers.strangers) {
        const [notYours, ...none] = await Promise.all([
          as(bearer(key)),
          as(bearer(key), nobody),
          as(bearer(key), malformed),
        ]);
        if (isOrganizations && who === 'another project’s') expectForbidden(notYours);
        else if (outOfReach === 'null')
          expect(notYours.json).toMatchObject({ data: { answer: null } });
        else expect(notYours.text).toContain(outOfReach);
        for (const absent of none) expectTheSame(notYours, absent);
      }
    });
  }

  test('changes nothing when it is refused', async () => {
    await expectNothingChanged();
    expect((await as(bearer(token))).status).not.toBe(401);
  });
});

async function expectNothingChanged(): Promise<void> {
  const { db } = server.deps;
  const connection = { where: { id: world.connectionId } };
  expect(await db.connection.findUnique(connection)).toMatchObject({ version: 1 });
  expect(await db.connection.count()).toBe(1);
  expect(await db.project.count({ where: { name: 'renamed' } })).toBe(0);
  expect(await db.app.findMany()).toMatchObject([{ id: world.appId, name: 'app' }]);
  expect(await db.requirement.findMany()).toMatchObject([{ title: 'Your key' }]);
  expect(await db.connectionReference.findMany({ select: { id: true } })).toEqual([
    { id: world.referenceId },
  ]);
  expect(await db.user.count({ where: { name: 'renamed' } })).toBe(0);
  expect(await db.user.count({ where: { email: 'refused@example.com' } })).toBe(0);
  expect(await db.membership.count({ where: { userId: world.userId } })).toBe(0);
  expect(await db.personalAccessToken.count({ where: { name: 'refused' } })).toBe(0);
  const person = { where: { id: world.tokenId } };
  expect(await db.personalAccessToken.findUnique(person)).toMatchObject({ revokedAt: null });
  const key = { where: { id: world.accessKeyId } };
  expect(await db.accessKey.findUnique(key)).toMatchObject({ revokedAt: null });
  expect(await db.endUser.count({ where: { userId: 'refused' } })).toBe(0);
  const { text } = await server.graphql('{ viewer { kind } }', {}, token);
  expect(text).toContain('CONNECT_TOKEN');
}
