import { randomUUID } from 'node:crypto';
import { digestCredential, previewCredential } from '../../src/core/access/credential.ts';
import type { PrismaClient } from '../../src/platform/db/generated/client.ts';
import type { Role } from '../../src/platform/db/generated/enums.ts';
import { canaryKey, canaryToken } from './canary.ts';

/** An organization and one of its projects. */
export type Home = { organizationId: string; projectId: string };

export type KeyOptions = {
  role?: Role;
  /** The only project that the key reaches; by default the whole organization. */
  projectId?: string | null;
  expiresAt?: Date;
  name?: string;
};

/** Stores an access key directly in the database; returns the key. */
export async function seedKey(
  db: PrismaClient,
  organizationId: string,
  { role = 'admin', projectId = null, expiresAt, name = 'test' }: KeyOptions,
): Promise<string> {
  const key = canaryKey();
  const digest = digestCredential(key);
  const row = { id: randomUUID(), organizationId, projectId, name, role, digest };
  const preview = previewCredential(key);
  await db.accessKey.create({ data: { ...row, preview, expiresAt: expiresAt ?? null } });
  return key;
}

export type PersonOptions = {
  /** The role in the organization; none by default. */
  role?: Role | null;
  /** The roles by project, which replace the organization's. */
  projectRoles?: Record<string, Role>;
  expiresAt?: Date;
};

/** A person and their token. */
export type Person = { userId: string; tokenId: string; token: string };

/** Stores a person with a personal access token directly in the database. */
export async function seedPerson(
  db: PrismaClient,
  organizationId: string,
  { role = null, projectRoles = {}, expiresAt }: PersonOptions,
): Promise<Person> {
  const [userId, tokenId, token] = [randomUUID(), randomUUID(), canaryToken()];
  const email = `${userId}@example.com`;
  const person = { id: userId, organizationId, email, emailFolded: email, name: 'Ann', role };
  const memberships = Object.entries(projectRoles).map(([projectId, held]) => ({
    projectId,
    role: held,
  }));
  const stored = { digest: digestCredential(token), preview: previewCredential(token) };
  const row = { id: tokenId, name: 'test', createdBy: 'test', ...stored };
  await db.user.create({
    data: {
      ...person,
      memberships: { create: memberships },
      personalAccessTokens: { create: { ...row, expiresAt: expiresAt ?? null } },
    },
  });
  return { userId, tokenId, token };
}

/** Stores another project of the same organization. */
export async function seedProject(
  db: PrismaClient,
  organizationId: string,
  name = `project ${randomUUID()}`,
): Promise<string> {
  const { id } = await db.project.create({ data: { id: randomUUID(), organizationId, name } });
  return id;
}

/** Stores another organization with one project. */
export async function seedOrganization(db: PrismaClient): Promise<Home> {
  const { id } = await db.organization.create({ data: { id: randomUUID(), name: 'another' } });
  return { organizationId: id, projectId: await seedProject(db, id) };
}
