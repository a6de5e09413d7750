import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { canary } from '../helpers/canary.ts';
import { makeApp, makeRequirement } from '../helpers/end-users.ts';
import { resolve } from '../helpers/resolve.ts';
import { seedAccounts } from '../helpers/seed-accounts.ts';
import { useServer } from '../helpers/server.ts';
import { statementsOf } from '../helpers/statements.ts';

const users = Array.from({ length: 1_000 }, (_, index) => `user-${index}-${randomUUID()}`);

const server = useServer({ env: { LOG_LEVEL: 'warn' } });
let appId: string;
let requirementIds: string[];
/** The key of each user, by user and requirement. */
const keys = new Map<string, string>();

beforeAll(async () => {
  appId = await makeApp(server);
  requirementIds = [];
  for (let index = 0; index < 5; index += 1) {
    requirementIds.push(await makeRequirement(server, appId));
  }
  await bringAll();
  await resolveFor(users[0] ?? ''); // the first call makes the secret of the audit log's hashes
});

/** Submits a key of every user to every requirement. */
function bringAll(): Promise<void> {
  const apiKeyOf = (userId: string, requirementId: string) => {
    const apiKey = canary('api-key');
    keys.set(`${userId} ${requirementId}`, apiKey);
    return apiKey;
  };
  const { deps, home } = server;
  return seedAccounts(deps, { home, appId, userIds: users, requirementIds, apiKeyOf });
}

/** Returns the result of a run for a user, and the expected one. */
async function resolveFor(userId: string) {
  const references = requirementIds.map((requirementId) => ({ requirementId }));
  const items = await resolve(server, { appId, userId, references });
  const expected = requirementIds.map((id) => keys.get(`${userId} ${id}`));
  return { got: items.map(({ config }) => config?.api_key), expected };
}

test('a run takes 3 statements for the five accounts of any user', async () => {
  for (const userId of users.slice(0, 10)) {
    const statements = await statementsOf(() => resolveFor(userId));
    const counted = statements.filter((text) => !text.includes('SET last_used_at'));
    expect(counted.length, counted.join('\n\n')).toBe(3); // who calls, what is stored, the events
  }
});

test('concurrent runs for 1,000 users each get their own accounts and take no more statements', async () => {
  const statements = await statementsOf(async () => {
    const waiting = [...users];
    const run = async () => {
      for (let userId = waiting.pop(); userId !== undefined; userId = waiting.pop()) {
        const { got, expected } = await resolveFor(userId);
        expect(got).toEqual(expected);
      }
    };
    await Promise.all(Array.from({ length: 50 }, run));
  });
  const counted = statements.filter((text) => !text.includes('SET last_used_at'));
  expect(counted.length).toBeLessThanOrEqual(3 * users.length);
  const where = { action: 'credentials.resolve' };
  expect(await server.deps.db.auditEvent.count({ where })).toBe(5 * (users.length + 11));
});

test('a run with accounts of the user and connections of the project takes one statement more', async () => {
  const [userId = ''] = users;
  const references = requirementIds.map((requirementId) => ({ requirementId }));
  const mixed = [...references, { connectionId: randomUUID() }];
  const statements = await statementsOf(() =>
    resolve(server, { appId, userId, references: mixed }),
  );
  expect(statements.filter((text) => !text.includes('SET last_used_at'))).toHaveLength(4);
});
