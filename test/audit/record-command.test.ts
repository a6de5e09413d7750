import { expect, test } from 'vitest';
import { recordCommand } from '../../src/core/audit/record-command.ts';
import { issueAccessKey } from '../../src/features/people/access-keys.operations.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();

test('a command is recorded in every organization, with ids in the order of time', async () => {
  const { db, sql } = server.deps;
  const actions = ['key.rotate', 'transfer.export', 'transfer.import'] as const;
  for (const action of actions) await recordCommand(sql, { action, detail: { rows: 1 } });
  const events = await db.auditEvent.findMany({
    where: { action: { in: [...actions] } },
    orderBy: { id: 'asc' },
  });
  expect(events.map(({ action }) => action)).toEqual(actions.flatMap((action) => [action, action]));
  expect(events.every(({ id }) => id[14] === '7')).toBe(true);
  const concerned = [server.home.organizationId, server.stranger.organizationId].toSorted();
  expect([...new Set(events.map((event) => event.organizationId))].toSorted()).toEqual(concerned);
});

test('a command for one project is recorded in the organization of the project only', async () => {
  const { db, sql } = server.deps;
  const { projectId, organizationId } = server.home;
  await recordCommand(sql, { action: 'key.rotate', detail: { keys: 'data' }, projectId });
  const events = await db.auditEvent.findMany({ where: { action: 'key.rotate', projectId } });
  expect(events).toMatchObject([{ organizationId, actor: 'operator', detail: { keys: 'data' } }]);
});

test('a key that the command line creates has the same actor', async () => {
  const { organizationId } = server.home;
  const made = { organizationId, projectId: null, name: 'by command', role: 'viewer' as const };
  await issueAccessKey(server.deps, made);
  const event = await server.deps.db.auditEvent.findFirstOrThrow({
    where: { action: 'access_key.create', detail: { path: ['name'], equals: 'by command' } },
  });
  expect(event.actor).toBe('operator');
});
