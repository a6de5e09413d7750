import type { JsonObject } from '../../src/core/catalog/json.ts';
import {
  readConnectionConfig,
  sealedConfig,
} from '../../src/core/connection-config/sealed-config.ts';
import { sealTokens } from '../../src/oauth/refresh/grant.ts';
import { newId } from '../../src/platform/new-id.ts';
import { shippedType } from '../catalog/sample-configs.ts';
import { uniqueName } from './connections.ts';
import { grantOf } from './grants.ts';
import { connect, oauthBody, type World } from './world.ts';

/**
 * Makes `count` connections, each with its own tokens. One consents; the others are stored like it, but
 * past the API, in a few statements. Returns their ids in ascending order.
 */
export async function connectMany(world: World, count: number): Promise<string[]> {
  const { db } = world.server.deps;
  const first = await connect(world);
  const others = await likenessesOf(world, first, count - 1);
  await db.connection.createMany({ data: others.map(({ connection }) => connection) });
  await db.connectionSecret.createMany({ data: others.map(({ secret }) => secret) });
  await db.oauthGrant.createMany({ data: others.map(({ grant }) => grant) });
  return [first, ...others.map(({ connection }) => connection.id)];
}

async function likenessesOf(world: World, first: string, count: number) {
  const { deps, home } = world.server;
  const { db, vault } = deps;
  const connection = await db.connection.findUniqueOrThrow({ where: { id: first } });
  const grant = await grantOf(world, first);
  const key = await vault.sealingKey(home.projectId);
  const type = shippedType(connection.type);
  const halves = readConnectionConfig(type, oauthBody(world).config as JsonObject); // it is sent as JSON
  return Array.from({ length: count }, () => {
    const [id, name] = [newId(), uniqueName()];
    const { accessToken, refreshToken = '' } = world.provider.issue('A', grant.scopes.join(' '));
    const sealed = sealedConfig(vault, key, { ...home, id }, { type, halves });
    const tokens = { accessToken, refreshToken, tokenType: 'Bearer' };
    return {
      connection: { ...connection, ...sealed.connection, id, name, nameFolded: name },
      secret: { connectionId: id, ...sealed.secret },
      grant: {
        ...grant,
        connectionId: id,
        tokensDataKeyId: key.id,
        tokens: sealTokens(vault, key, { ...home, id }, tokens),
      },
    };
  });
}
