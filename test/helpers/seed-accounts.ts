import { randomUUID } from 'node:crypto';
import { sealedConfig } from '../../src/core/connection-config/sealed-config.ts';
import type { Deps } from '../../src/core/deps/deps.ts';
import { shippedType } from '../catalog/sample-configs.ts';
import { openAi } from './connections.ts';
import { insertRows } from './insert-rows.ts';
import type { Home } from './seed.ts';

type Wanted = {
  home: Home;
  appId: string;
  userIds: readonly string[];
  requirementIds: readonly string[];
  /** The key of a user for a requirement. */
  apiKeyOf: (userId: string, requirementId: string) => string;
};

/** Links an OpenAI key of every user to every requirement, as submitting does, but in a few statements. */
export async function seedAccounts(
  { db, vault }: Pick<Deps, 'db' | 'vault'>,
  { home, appId, userIds, requirementIds, apiKeyOf }: Wanted,
): Promise<void> {
  const sealingKey = await vault.sealingKey(home.projectId);
  const type = shippedType(openAi);
  const endUsers = userIds.map((userId) => ({ id: randomUUID(), appId, userId }));
  const rows = endUsers.flatMap(({ id: endUserId, userId }) =>
    requirementIds.map((requirementId) => {
      const place = { ...home, id: randomUUID() };
      const halves = { config: {}, secrets: { api_key: apiKeyOf(userId, requirementId) } };
      const { connection, secret } = sealedConfig(vault, sealingKey, place, { type, halves });
      const ofUser = { endUserId, requirementId };
      const named = { id: place.id, projectId: home.projectId, name: 'Your key', nameFolded: '' };
      return {
        connection: { ...named, ...ofUser, ...connection, status: 'active' as const },
        secret: { connectionId: place.id, ...secret },
        link: { id: randomUUID(), ...ofUser, connectionId: place.id, jti: randomUUID() },
      };
    }),
  );
  await insertRows(db, {
    end_user: endUsers,
    connection: rows.map(({ connection }) => connection),
    connection_secret: rows.map(({ secret }) => secret),
    end_user_link: rows.map(({ link }) => link),
  });
}
