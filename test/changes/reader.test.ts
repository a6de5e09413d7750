import { expect, test } from 'vitest';
import {
  type Change,
  createChangeReader,
  forgetOldChanges,
} from '../../src/core/changes/change.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();

const connectionId = '00000000-0000-7000-8000-000000000001';

const write = (age: string) =>
  server.deps.sql(
    `write ${age}`,
    `INSERT INTO change (kind, project_id, connection_id, at)
     VALUES ('updated', $1::uuid, $2::uuid, clock_timestamp() - interval '${age}')`,
    [server.home.projectId, connectionId],
  );

async function read(reader: ReturnType<typeof createChangeReader>): Promise<Change[]> {
  const reading = await reader([server.home.projectId]);
  if (reading.kind === 'missed') throw new Error('missed');
  return reading.changes;
}

test('a change that is committed late among newer ones is read, each once', async () => {
  const reader = createChangeReader(server.deps.sql);
  await read(reader);
  await write('0 s');
  expect(await read(reader)).toHaveLength(1);
  await write('8 s');
  expect(await read(reader)).toHaveLength(1);
  expect(await read(reader)).toEqual([]);
});

test('the reader continues at its position after a failure', async () => {
  let isAway = false;
  const reader = createChangeReader(async (name, text, values) => {
    if (isAway) throw new Error('away');
    return server.deps.sql<never>(name, text, values);
  });
  await read(reader);
  isAway = true;
  await expect(read(reader)).rejects.toThrow('away');
  await write('1 s');
  await expect(read(reader)).rejects.toThrow('away');
  isAway = false;
  expect(await read(reader)).toHaveLength(1);
});

test('a reader that was away for longer than changes are kept gets an error', async () => {
  let shift = 0;
  const reader = createChangeReader(async (name, text, values) => {
    const [cursor, ...rest] = values as [Date | null];
    const earlier = cursor && new Date(cursor.getTime() - shift);
    return server.deps.sql<never>(name, text, [earlier, ...rest]);
  });
  await read(reader);
  shift = 54 * 60_000;
  await read(reader);
  shift = 56 * 60_000;
  await expect(read(reader)).rejects.toThrow('missed');
});

test('changes are kept for an hour', async () => {
  await write('59 minutes');
  await write('61 minutes');
  await forgetOldChanges(server.deps);
  const rows = await server.deps.db.change.findMany({ orderBy: { at: 'asc' }, take: 1 });
  expect(Date.now() - Number(rows[0]?.at)).toBeLessThan(60 * 60_000);
  expect(Date.now() - Number(rows[0]?.at)).toBeGreaterThan(58 * 60_000);
});
