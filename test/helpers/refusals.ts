import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { Role } from '../../src/platform/db/generated/enums.ts';
import { seedApp, seedRequirement } from './apps.ts';
import { authorization } from './clients.ts';
import { mintToken } from './connect-tokens.ts';
import { createConnection, newConnection } from './connections.ts';
import { createType } from './custom-types.ts';
import { type Answer, send } from './http.ts';
import { type Person, seedProject } from './seed.ts';
import type { TestServer } from './server.ts';

export const roles: readonly Role[] = ['viewer', 'caller', 'runtime', 'editor', 'admin'];

/** The roles that are lower than `needed`. */
export function lesserRoles(needed: Role): readonly Role[] {
  return roles.slice(0, roles.indexOf(needed));
}

/** One record of each kind, for tests of refusals. The app is private. */
export type Targets = {
  server: TestServer;
  projectId: string;
  connectionId: string;
  referenceId: string;
  accessKeyId: string;
  organizationId: string;
  appId: string;
  hostname: string;
  requirementId: string;
  /** The name of a custom type of the project. */
  typeName: string;
  userId: string;
  tokenId: string;
};

/** Creates the records that the refusal tests try to reach, which the server's admin key can reach. */
export async function createTargets(server: TestServer): Promise<Targets> {
  const { projectId, organizationId } = server.home;
  const { id: connectionId } = await createConnection(server);
  const referenceId = randomUUID();
  await server.deps.db.connectionReference.create({
    data: { id: referenceId, connectionId, kind: 'workflow', externalId: '1' },
  });
  await server.createKey({ projectId, name: 'target', role: 'viewer' });
  const { id: accessKeyId } = await server.deps.db.accessKey.findFirstOrThrow({
    where: { name: 'target' },
  });
  const { id: appId, hostname } = await seedApp(server.deps.db, projectId);
  const { id: requirementId } = await seedRequirement(server.deps.db, appId);
  const { type: typeName } = await createType(server, {}, projectId);
  const { userId, tokenId } = await server.createPerson({});
  const people = { userId, tokenId };
  const own = { projectId, connectionId, referenceId, accessKeyId, organizationId, ...people };
  return { server, ...own, appId, hostname, requirementId, typeName };
}

/** Makes invalid credentials, each invalid for another reason. */
export async function badCredentials(server: TestServer): Promise<[string, string][]> {
  const expired = await server.createKey({ expiresAt: new Date(Date.now() - 1_000) });
  const revoked = await server.createKey({ name: 'revoked' });
  const where = { name: 'revoked' };
  await server.deps.db.accessKey.updateMany({ where, data: { revokedAt: new Date() } });
  const good = await server.createKey({});
  const { id: appId } = await seedApp(server.deps.db, server.home.projectId);
  const ended = await mintToken(server, { id: appId });
  await server.deps.db.app.delete({ where: { id: appId } });
  return [
    ['unknown', `Bearer acc_${'A'.repeat(64)}`],
    ['expired', `Bearer ${expired}`],
    ['revoked', `Bearer ${revoked}`],
    ['malformed', 'Bearer nonsense'],
    ['empty', 'Bearer '],
    ['of another kind', `Bearer pat_${'A'.repeat(64)}`],
    ['of another scheme', `Basic ${Buffer.from(`user:${good}`).toString('base64')}`],
    ['cut short', `Bearer ${good.slice(0, -1)}`],
    ['too long', `Bearer ${good}0`],
    ['in another case', `Bearer ${good.toUpperCase()}`],
    ['twice', `Bearer ${good}, Bearer ${good}`],
    ['bare', good],
    ['of a deleted app', `Bearer ${ended}`],
    ['of an end user, unsigned', `Bearer ${ended.slice(0, ended.lastIndexOf('.'))}.`],
  ];
}

/** The callers of the refusal tests, made once for all tests of a file. */
export type Callers = {
  /** Keys of the role: of the organization and of the targets' project. */
  keys: Record<Role, string[]>;
  people: Record<Role, People>;
  strangers: [string, string][];
  strangePeople: [string, string][];
};

export async function createCallers(targets: Targets): Promise<Callers> {
  const { server, projectId } = targets;
  const keysOf = async (role: Role) => [
    await server.createKey({ role }),
    await server.createKey({ role, projectId }),
  ];
  return {
    keys: await forEachRole(keysOf),
    people: await forEachRole((role) => createPeople(targets, role)),
    strangers: await createStrangers(targets),
    strangePeople: await createStrangePeople(targets),
  };
}

async function forEachRole<Made>(make: (role: Role) => Promise<Made>) {
  const made = await Promise.all(roles.map(async (role) => [role, await make(role)] as const));
  return Object.fromEntries(made) as Record<Role, Made>; // of every role
}

/** Admin keys of another organization and of another project, which must not see the targets. */
async function createStrangers({ server }: Targets): Promise<[string, string][]> {
  const projectId = await seedProject(server.deps.db, server.home.organizationId);
  return [
    ['another organization’s', server.stranger.key],
    ['another project’s', await server.createKey({ projectId })],
  ];
}

/** People without a role in the targets' project, who must not see the targets. */
async function createStrangePeople({ server }: Targets): Promise<[string, string][]> {
  const projectId = await seedProject(server.deps.db, server.home.organizationId);
  const elsewhere = await server.createPerson({ projectRoles: { [projectId]: 'admin' } });
  const nowhere = await server.createPerson({});
  return [
    ['an admin of another project', elsewhere.token],
    ['one without any role', nowhere.token],
  ];
}

/** People whose role in the targets' project is the same: by the organization, by the project, or by both. */
export type People = { byOrganization: Person; byProject: Person; byBoth: Person };

async function createPeople({ server, projectId }: Targets, role: Role): Promise<People> {
  const more = role === 'admin' ? 'viewer' : 'admin';
  const projectRoles = { [projectId]: role };
  return {
    byOrganization: await server.createPerson({ role }),
    byProject: await server.createPerson({ projectRoles }),
    byBoth: await server.createPerson({ role: more, projectRoles }),
  };
}

/** Sends one request with each of the credentials; returns the responses. */
export function answersTo(
  as: (header: string) => Promise<Answer>,
  credentials: [string, string][],
): Promise<{ what: string; answer: Answer }[]> {
  return Promise.all(
    credentials.map(async ([what, header]) => ({ what, answer: await as(header) })),
  );
}

/** A request that the suite repeats with one credential after another. */
export type Attempt = { method: string; path: string; host?: string; body?: unknown };

export function attempt(
  { url }: TestServer,
  { method, path, host, body }: Attempt,
  header: string | null,
): Promise<Answer> {
  const json = body === undefined ? undefined : JSON.stringify(body);
  const type = json === undefined ? {} : { 'content-type': 'application/json' };
  const length = { 'content-length': String(Buffer.byteLength(json ?? '')) };
  const credential = header === null ? {} : { authorization: header };
  const headers = { ...(host && { host }), ...credential, ...type, ...length };
  return send(url, { method, path, headers, body: json });
}

export function bearer(key: string): string {
  return authorization(key).authorization ?? '';
}

/** Expects that two responses cannot be told apart. */
export function expectTheSame(one: Answer, other: Answer): void {
  expect(comparable(one)).toEqual(comparable(other));
}

/* The id and the date differ between any two responses and reveal nothing. */
function comparable({ status, headers, text }: Answer) {
  const { 'x-request-id': id, date: _date, ...rest } = headers;
  return { status, headers: rest, text: text.replaceAll(String(id), '<request id>') };
}

/** Valid bodies of writes, for requests that are refused before their body is read. */
export function goodBodies(targets: Targets) {
  const connection = newConnection(targets.server, { project_id: targets.projectId });
  const { type, config } = connection;
  return { create: connection, update: { type, config } };
}
