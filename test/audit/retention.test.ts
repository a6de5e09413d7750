import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { pruneAuditEvents } from '../../src/core/audit/retention.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer({ env: { AUDIT_RETENTION: '30' } });
const keeping = useServer({ beside: server });

const day = 86_400_000;

async function seedEvents(count: number, daysAgo: number): Promise<void> {
  const at = new Date(Date.now() - daysAgo * day);
  const { organizationId } = server.home;
  const event = { action: `aged ${daysAgo}`, actor: 'test', organizationId, requestId: 'test', at };
  const data = Array.from({ length: count }, () => ({
    id: uuidv7({ msecs: at.getTime() }),
    ...event,
  }));
  await server.deps.db.auditEvent.createMany({ data });
}

const countOf = (daysAgo: number) =>
  server.deps.db.auditEvent.count({ where: { action: `aged ${daysAgo}` } });

test('events are deleted in batches when they are older than AUDIT_RETENTION, and not earlier', async () => {
  await seedEvents(2_300, 31);
  await seedEvents(10, 29);
  await pruneAuditEvents(keeping.deps); // keeps every event
  expect([await countOf(31), await countOf(29)]).toEqual([2_300, 10]);
  await pruneAuditEvents(server.deps);
  expect([await countOf(31), await countOf(29)]).toEqual([0, 10]);
});

test('the age of an event comes from the database’s time and not from its id', async () => {
  const { db } = server.deps;
  const { organizationId } = server.home;
  const id = uuidv7({ msecs: Date.now() - 40 * day });
  const event = { action: 'late', actor: 'test', organizationId, requestId: 'test' };
  await db.auditEvent.create({ data: { id, ...event } });
  await pruneAuditEvents(server.deps);
  expect(await db.auditEvent.count({ where: { id } })).toBe(1);
});
