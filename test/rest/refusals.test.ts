import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { restRoutes } from '../../src/edge/rest/rest.app.ts';
import type { Role } from '../../src/platform/db/generated/enums.ts';
import { uniqueHostname } from '../helpers/apps.ts';
import { mintToken } from '../helpers/connect-tokens.ts';
import { acme, uniqueType } from '../helpers/custom-types.ts';
import {
  type Attempt,
  answersTo,
  attempt,
  badCredentials,
  bearer,
  type Callers,
  createCallers,
  createTargets,
  expectTheSame,
  goodBodies,
  lesserRoles,
  roles,
  type Targets,
} from '../helpers/refusals.ts';
import { useServer } from '../helpers/server.ts';

/** A sample request of each route, and the role that it needs. */
type Sample = { needs: Role; ask: (targets: Targets) => Omit<Attempt, 'method'> };

const samples: Record<string, Sample> = {
  'post /v1/connections': {
    needs: 'editor',
    ask: (targets) => ({ path: '/v1/connections', body: goodBodies(targets).create }),
  },
  'get /v1/connections': {
    needs: 'viewer',
    ask: ({ projectId }) => ({ path: `/v1/connections?project_id=${projectId}` }),
  },
  'get /v1/connections/{connection_id}': {
    needs: 'viewer',
    ask: ({ connectionId }) => ({ path: `/v1/connections/${connectionId}` }),
  },
  'put /v1/connections/{connection_id}': {
    needs: 'editor',
    ask: (targets) => ({
      path: `/v1/connections/${targets.connectionId}`,
      body: goodBodies(targets).update,
    }),
  },
  'delete /v1/connections/{connection_id}': {
    needs: 'editor',
    ask: ({ connectionId }) => ({ path: `/v1/connections/${connectionId}` }),
  },
  'post /v1/connections/{connection_id}/credentials': {
    needs: 'runtime',
    ask: ({ connectionId }) => ({ path: `/v1/connections/${connectionId}/credentials` }),
  },
  'post /v1/connections/{connection_id}/verify': {
    needs: 'caller',
    ask: ({ connectionId }) => ({ path: `/v1/connections/${connectionId}/verify` }),
  },
  'post /v1/connections/verify': {
    needs: 'editor',
    ask: (targets) => {
      const { project_id, type, config } = goodBodies(targets).create;
      return { path: '/v1/connections/verify', body: { project_id, type, config } };
    },
  },
  'post /v1/connections/{connection_id}/oauth2/authorize': {
    needs: 'editor',
    ask: ({ connectionId }) => ({ path: `/v1/connections/${connectionId}/oauth2/authorize` }),
  },
  'get /v1/connection-types': {
    needs: 'viewer',
    ask: ({ projectId }) => ({ path: `/v1/connection-types?project_id=${projectId}` }),
  },
  'get /v1/connection-types/{type}': {
    needs: 'viewer',
    ask: ({ typeName }) => ({ path: `/v1/connection-types/${typeName}` }),
  },
  'post /v1/connection-types': {
    needs: 'editor',
    ask: ({ projectId }) => ({
      path: `/v1/connection-types?project_id=${projectId}`,
      body: acme(),
    }),
  },
  'put /v1/connection-types/{type}': {
    needs: 'editor',
    ask: ({ typeName }) => ({ path: `/v1/connection-types/${typeName}`, body: acme() }),
  },
  'delete /v1/connection-types/{type}': {
    needs: 'editor',
    ask: ({ typeName }) => ({ path: `/v1/connection-types/${typeName}` }),
  },
  'get /v1/requirements/status': {
    needs: 'viewer',
    ask: ({ hostname }) => ({ path: '/v1/requirements/status?user_id=ann', host: hostname }),
  },
  'post /v1/connect/tokens': {
    needs: 'runtime',
    ask: ({ hostname }) => ({
      path: '/v1/connect/tokens',
      host: hostname,
      body: { user_id: 'refused' },
    }),
  },
};

const base = '/v1/connect/requirements';

/** A sample request of each route that takes a connect token. */
const endUserSamples: Record<string, (targets: Targets) => Omit<Attempt, 'method'>> = {
  [`get ${base}`]: () => ({ path: base }),
  [`get ${base}/status`]: () => ({ path: `${base}/status` }),
  [`post ${base}/{requirement_id}/credentials`]: (targets) => ({
    path: `${base}/${targets.requirementId}/credentials`,
    body: goodBodies(targets).update,
  }),
  [`delete ${base}/{requirement_id}/credentials`]: ({ requirementId }) => ({
    path: `${base}/${requirementId}/credentials`,
  }),
  [`post ${base}/{requirement_id}/oauth2/authorize`]: ({ requirementId }) => ({
    path: `${base}/${requirementId}/oauth2/authorize`,
  }),
  [`post ${base}/{requirement_id}/pipedream/authorize`]: ({ requirementId }) => ({
    path: `${base}/${requirementId}/pipedream/authorize`,
  }),
};

const server = useServer();
let targets: Targets;
let bad: [string, string][];
let callers: Callers;
beforeAll(async () => {
  targets = await createTargets(server);
  bad = await badCredentials(server);
  callers = await createCallers(targets);
});

test('every route has a sample', () => {
  const known = restRoutes.map(({ method, path }) => `${method} ${path}`);
  const sampled = [...Object.keys(samples), ...Object.keys(endUserSamples)];
  expect(sampled.sort()).toEqual(known.sort());
});

describe.each(Object.entries(endUserSamples))('%s', (name, ask) => {
  const method = name.split(' ')[0]?.toUpperCase() ?? '';
  const as = (header: string | null) => attempt(server, { method, ...ask(targets) }, header);

  test('returns the same 401 without a credential, with any bad credential, and with an access key', async () => {
    const none = await as(null);
    expect(none.status).toBe(401);
    expect(none.text).toBe('{"error":{"code":"unauthorized","message":"Unauthorized"}}');
    const valid = roles.flatMap((role) => callers.keys[role]);
    const others = valid.map((key): [string, string] => ['of another kind', bearer(key)]);
    for (const { what, answer } of await answersTo(as, [...bad, ...others])) {
      expect([what, answer.status]).toEqual([what, 401]);
      expectTheSame(answer, none);
    }
    const { db } = server.deps;
    expect(await db.endUserLink.count()).toBe(0);
    expect(await db.connection.count({ where: { endUserId: { not: null } } })).toBe(0);
  });
});

describe.each(Object.entries(samples))('%s', (name, { needs, ask }) => {
  const method = name.split(' ')[0]?.toUpperCase() ?? '';
  const as = (header: string | null, of: Targets = targets) =>
    attempt(server, { method, ...ask(of) }, header);

  test('is 401 without a credential', async () => {
    const answer = await as(null);
    expect(answer.status).toBe(401);
    expect(answer.text).toBe('{"error":{"code":"unauthorized","message":"Unauthorized"}}');
    expect(answer.headers['www-authenticate']).toBe('Bearer');
  });

  test('is the same 401 with any bad credential', async () => {
    const none = await as(null);
    for (const { what, answer } of await answersTo(as, bad)) {
      expect([what, answer.status]).toEqual([what, 401]);
      expectTheSame(answer, none);
    }
  });

  test('is the same 401 with a connect token', async () => {
    const token = await mintToken(server, { id: targets.appId });
    expectTheSame(await as(bearer(token)), await as(null));
  });

  test.each(lesserRoles(needs))('is 403 with the role %s', async (role) => {
    for (const key of callers.keys[role]) {
      const answer = await as(bearer(key));
      expect(answer.status).toBe(403);
      expect(answer.json).toMatchObject({ error: { code: 'forbidden' } });
    }
  });

  test.each(lesserRoles(needs))(
    'is 403 for a person with the role %s in the project',
    async (role) => {
      for (const { token } of Object.values(callers.people[role])) {
        const answer = await as(bearer(token));
        expect(answer.status).toBe(403);
        expect(answer.json).toMatchObject({ error: { code: 'forbidden' } });
      }
    },
  );

  test('is 404 for a person without a role in the project, as for an unknown record', async () => {
    const [connectionId, projectId, hostname] = [randomUUID(), randomUUID(), uniqueHostname()];
    const nobody = { ...targets, connectionId, projectId, hostname, typeName: uniqueType() };
    for (const [, key] of callers.strangePeople) {
      const notYours = await as(bearer(key));
      expect(notYours.text).toBe('{"error":{"code":"not_found","message":"Not Found"}}');
      expectTheSame(notYours, await as(bearer(key), nobody));
    }
  });

  test('is 404 for a record of another organization or project, as for an unknown record', async () => {
    const [connectionId, projectId, hostname] = [randomUUID(), randomUUID(), uniqueHostname()];
    const nobody = { ...targets, connectionId, projectId, hostname, typeName: uniqueType() };
    for (const [, key] of callers.strangers) {
      const notYours = await as(bearer(key));
      expect(notYours.status).toBe(404);
      expect(notYours.text).toBe('{"error":{"code":"not_found","message":"Not Found"}}');
      expectTheSame(notYours, await as(bearer(key), nobody));
    }
  });

  test('changes nothing when it is refused', async () => {
    const { db } = server.deps;
    const where = { id: targets.connectionId };
    expect(await db.connection.findUnique({ where })).toMatchObject({ version: 1 });
    expect(await db.connection.count()).toBe(1);
    expect(await db.customType.findMany()).toMatchObject([{ name: targets.typeName, version: 1 }]);
    expect(await db.endUser.count({ where: { userId: 'refused' } })).toBe(0);
  });
});
