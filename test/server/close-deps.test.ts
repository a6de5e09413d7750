import { expect, test } from 'vitest';
import { markUsed } from '../../src/core/access/last-used.ts';
import { createConnection } from '../helpers/connections.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();

test('close() writes the times of last use that still wait', async () => {
  const { id } = await createConnection(server);
  markUsed(server.deps, 'connection', id);
  await server.deps.close();
  const { lastUsedAt } = await server.database.db.connection.findUniqueOrThrow({ where: { id } });
  expect(lastUsedAt).toBeInstanceOf(Date);
});
