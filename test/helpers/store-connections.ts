import type { JsonObject } from '../../src/core/catalog/json.ts';
import {
  readConnectionConfig,
  sealedConfig,
} from '../../src/core/connection-config/sealed-config.ts';
import type { SealingKey } from '../../src/core/vault/vault.ts';
import { newId } from '../../src/platform/new-id.ts';
import { shippedType } from '../catalog/sample-configs.ts';
import { type ConnectionBody, newConnection } from './connections.ts';
import type { TestServer } from './server.ts';

/** The end user and the requirement of a user's connection. */
type Brought = { endUserId: string; requirementId: string };

/** Stores a connection directly in the database; returns its id. */
export async function storeConnection(
  server: Pick<TestServer, 'deps' | 'home'>,
  changes: Partial<ConnectionBody> = {},
  brought?: Brought,
): Promise<string> {
  const { db, vault } = server.deps;
  const body = newConnection(server, changes);
  const { connection, secret } = rowsOf(server, await vault.sealingKey(body.project_id), body);
  const { connectionId: _, ...half } = secret;
  await db.connection.create({ data: { ...connection, ...brought, secret: { create: half } } });
  return connection.id;
}

/** Stores an OpenAI connection with each config directly in the database, in two statements; returns their ids. */
export async function storeConnections(
  server: Pick<TestServer, 'deps' | 'home'>,
  configs: JsonObject[],
): Promise<string[]> {
  const { db, vault } = server.deps;
  const key = await vault.sealingKey(server.home.projectId);
  const rows = configs.map((config) => rowsOf(server, key, newConnection(server, { config })));
  await db.connection.createMany({ data: rows.map(({ connection }) => connection) });
  await db.connectionSecret.createMany({ data: rows.map(({ secret }) => secret) });
  return rows.map(({ connection }) => connection.id);
}

function rowsOf(
  { deps, home }: Pick<TestServer, 'deps' | 'home'>,
  key: SealingKey,
  { name, project_id: projectId, ...body }: ConnectionBody,
) {
  const id = newId();
  const type = shippedType(body.type);
  const halves = readConnectionConfig(type, body.config as JsonObject); // it would be sent as JSON
  const place = { organizationId: home.organizationId, projectId, id };
  const { connection, secret } = sealedConfig(deps.vault, key, place, { type, halves });
  const status = type.oauth2 === undefined ? ('active' as const) : ('incomplete' as const);
  return {
    connection: { id, projectId, name, nameFolded: name.toLowerCase(), ...connection, status },
    secret: { connectionId: id, ...secret },
  };
}
