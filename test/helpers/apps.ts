import { randomUUID } from 'node:crypto';
import type { App, PrismaClient, Requirement } from '../../src/platform/db/generated/client.ts';
import { type ConnectionBody, openAi } from './connections.ts';
import type { TestServer } from './server.ts';
import { storeConnection } from './store-connections.ts';

/** A new hostname. */
export function uniqueHostname(): string {
  return `app-${randomUUID()}.example.com`;
}

/** Stores an app directly in the database, by default a private one. */
export function seedApp(
  db: PrismaClient,
  projectId: string,
  changes: Partial<App> = {},
): Promise<App> {
  const data = { id: randomUUID(), projectId, name: 'app', hostname: uniqueHostname() };
  return db.app.create({ data: { ...data, visibility: 'private', ...changes } });
}

/** The columns of JSON. */
type Texts = 'spec' | 'titles' | 'descriptions';

/** Stores a requirement directly in the database, by default of an OpenAI connection. */
export function seedRequirement(
  db: PrismaClient,
  appId: string,
  changes: Partial<Omit<Requirement, Texts>> & { [Text in Texts]?: object } = {},
): Promise<Requirement> {
  const name = `requirement-${randomUUID()}`;
  const data = { id: randomUUID(), appId, name, kind: 'connection', title: 'Your key' } as const;
  return db.requirement.create({ data: { ...data, spec: { type: openAi }, ...changes } });
}

/** Finds or stores an end user. */
export function seedEndUser(db: PrismaClient, appId: string, userId: string) {
  const id = randomUUID();
  const where = { appId_userId: { appId, userId } };
  return db.endUser.upsert({ where, create: { id, appId, userId }, update: {} });
}

/** Links a connection of a user to a requirement directly in the database. */
export async function linkConnection(
  server: TestServer,
  { id: requirementId, appId }: Pick<Requirement, 'id' | 'appId'>,
  userId: string,
  changes: Partial<ConnectionBody> = {},
) {
  const { db } = server.deps;
  const { id: endUserId } = await seedEndUser(db, appId, userId);
  const brought = { endUserId, requirementId };
  const connectionId = await storeConnection(server, changes, brought);
  await db.endUserLink.create({
    data: { id: randomUUID(), ...brought, connectionId, jti: randomUUID() },
  });
  return { connectionId, endUserId };
}
