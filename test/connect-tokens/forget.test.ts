import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { forgetEndedTokens } from '../../src/features/connect-tokens/forget.ts';
import { linkConnection, seedApp, seedRequirement } from '../helpers/apps.ts';
import { isTaken, mintToken } from '../helpers/connect-tokens.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();

const sql = (text: string) => server.deps.db.$executeRawUnsafe(text);

test('a revocation is deleted when its token has expired, and not earlier', async () => {
  const { db } = server.deps;
  const { id: appId } = await seedApp(db, server.home.projectId);
  const [old, recent] = [randomUUID(), randomUUID()];
  await db.revokedToken.createMany({ data: [old, recent].map((jti) => ({ appId, jti })) });
  await sql(
    `UPDATE revoked_token SET expires_at = expires_at - interval '24 hours' WHERE jti = '${old}'`,
  );
  await forgetEndedTokens(server.deps);
  expect(await db.revokedToken.findMany()).toMatchObject([{ appId, jti: recent }]);
});

test('an end user without links is deleted with their last token, and one with links is kept', async () => {
  const { db } = server.deps;
  const app = await seedApp(db, server.home.projectId);
  const requirement = await seedRequirement(db, app.id);
  const token = await mintToken(server, app, 'back again');
  for (const userId of ['came and went', 'brought something']) await mintToken(server, app, userId);
  await linkConnection(server, requirement, 'brought something');
  await sql(`UPDATE end_user SET token_at = token_at - interval '25 hours'`);
  await mintToken(server, app, 'back again');
  await forgetEndedTokens(server.deps);
  const kept = await db.endUser.findMany({ where: { appId: app.id }, orderBy: { userId: 'asc' } });
  expect(kept.map(({ userId }) => userId)).toEqual(['back again', 'brought something']);
  expect(await isTaken(server, token)).toBe(true);
});

test('signing keys that still verify tokens are kept', async () => {
  const before = await server.deps.db.signingKey.count();
  await forgetEndedTokens(server.deps);
  expect(await server.deps.db.signingKey.count()).toBe(before);
});
