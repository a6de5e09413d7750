import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadSchema } from '../../src/edge/graphql/schema.ts';
import { mintToken } from '../helpers/connect-tokens.ts';
import { uniqueType } from '../helpers/custom-types.ts';
import type { Answer } from '../helpers/http.ts';
import {
  answersTo,
  attempt,
  badCredentials,
  bearer,
  type Callers,
  createCallers,
  createTargets,
  expectTheSame,
  lesserRoles,
  roles,
  type Targets,
} from '../helpers/refusals.ts';
import { useServer } from '../helpers/server.ts';
import { mutations as mutationSamples } from './refusals.mutations.ts';
import { queries as querySamples } from './refusals.queries.ts';

const samples = { ...querySamples, ...mutationSamples };

const schema = loadSchema();
const mutations = Object.keys(schema.getMutationType()?.getFields() ?? {});
const queries = Object.keys(schema.getQueryType()?.getFields() ?? {});

const server = useServer();
let targets: Targets;
let bad: [string, string][];
let callers: Callers;
/** A connect token of an end user of the targets' app. */
let token: string;
beforeAll(async () => {
  targets = await createTargets(server);
  bad = await badCredentials(server);
  callers = await createCallers(targets);
  token = await mintToken(server, { id: targets.appId }, 'ann');
});

test('every root field has a sample', () => {
  expect(Object.keys(samples).sort()).toEqual([...queries, ...mutations].sort());
});

describe.each(Object.entries(samples))('%s', (name, sample) => {
  const { needs, outOfReach, isOrganizations = false, isEach = false, personGets, ask } = sample;
  const isMutation = mutations.includes(name);

  const as = (header: string | null, of: Targets = targets) => {
    const { field, input } = ask(of);
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
    const query = isMutation
      ? `mutation($input: ${type}!) { answer: ${name}(input: $input) ${field} }`
      : `query { answer: ${name}${field} }`;
    const body = { query, ...(input && { variables: { input } }) };
    return attempt(server, { method: 'POST', path: '/graphql', body }, header);
  };

  test('returns the same refusal without data for every bad credential', async () => {
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

  test(`is ${needs === 'anyone' ? 'accepted' : 'refused'} without a credential`, async () => {
    const { status, json } = await as(null);
    expect(status).toBe(needs === 'anyone' ? 200 : 401);
    if (needs === 'anyone') return expect(json).toMatchObject({ data: { answer: {} } });
    expect(json).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect(json).not.toHaveProperty('data');
  });

  if (needs === 'end user') {
    test.each(roles)('is forbidden with an access key of the role %s', async (role) => {
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

  test(`is ${needs === 'anyone' ? 'accepted' : 'forbidden'} with a connect token`, async () => {
    const answer = await as(bearer(token));
    if (needs === 'anyone') expect(answer.json).toMatchObject({ data: { answer: {} } });
    else expectForbidden(answer);
  });

  const lesser = needs === 'anyone' ? [] : lesserRoles(needs);
  for (const role of lesser) {
    test(`is forbidden with the role ${role}`, async () => {
      const answers = callers.keys[role].map((key) => as(bearer(key)));
      for (const answer of await Promise.all(answers)) expectForbidden(answer);
    });
  }

  test.each(lesser)('is refused to a person with the role %s', async (role) => {
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
    test('returns the same to a person without a role as for an unknown record', async () => {
      const id = randomUUID();
      const ids = { appId: id, requirementId: id, connectionId: id, accessKeyId: id };
      const ours = { projectId: id, referenceId: id, userId: id, tokenId: id, typeName: id };
      const nobody = { ...targets, ...ids, ...ours };
      for (const [, key] of callers.strangePeople) {
        const [notYours, absent] = await Promise.all([as(bearer(key)), as(bearer(key), nobody)]);
        if (isOrganizations && personGets === undefined) expectForbidden(notYours);
        else if (outOfReach === 'null')
          expect(notYours.json).toMatchObject({ data: { answer: null } });
        else expect(notYours.text).toContain(personGets ?? outOfReach);
        expectTheSame(notYours, absent);
      }
    });

    test('returns the same for a record out of reach as for an unknown one', async () => {
      const id = randomUUID();
      const ids = { appId: id, requirementId: id, referenceId: id };
      const others = { ...ids, userId: id, tokenId: id, typeName: uniqueType() };
      const nobody = { ...targets, ...others, connectionId: id, projectId: id, accessKeyId: id };
      const malformed = {
        ...targets,
        connectionId: 'x',
        projectId: '\\u0000',
        accessKeyId: '\\uD800',
        appId: 'x',
        requirementId: '\\u0000',
        referenceId: 'x',
        userId: '\\uD800',
        tokenId: 'x',
        typeName: '\\uD800',
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
  const connection = { where: { id: targets.connectionId } };
  expect(await db.connection.findUnique(connection)).toMatchObject({ version: 1 });
  expect(await db.connection.count()).toBe(1);
  expect(await db.customType.findMany()).toMatchObject([{ name: targets.typeName, version: 1 }]);
  expect(await db.project.count({ where: { name: 'renamed' } })).toBe(0);
  expect(await db.app.findMany()).toMatchObject([{ id: targets.appId, name: 'app' }]);
  expect(await db.requirement.findMany()).toMatchObject([{ title: 'Your key' }]);
  expect(await db.connectionReference.findMany({ select: { id: true } })).toEqual([
    { id: targets.referenceId },
  ]);
  expect(await db.user.count({ where: { name: 'renamed' } })).toBe(0);
  expect(await db.user.count({ where: { email: 'refused@example.com' } })).toBe(0);
  expect(await db.membership.count({ where: { userId: targets.userId } })).toBe(0);
  expect(await db.personalAccessToken.count({ where: { name: 'refused' } })).toBe(0);
  const person = { where: { id: targets.tokenId } };
  expect(await db.personalAccessToken.findUnique(person)).toMatchObject({ revokedAt: null });
  const key = { where: { id: targets.accessKeyId } };
  expect(await db.accessKey.findUnique(key)).toMatchObject({ revokedAt: null });
  expect(await db.endUser.count({ where: { userId: 'refused' } })).toBe(0);
  const { text } = await server.graphql('{ viewer { kind } }', {}, token);
  expect(text).toContain('CONNECT_TOKEN');
}
