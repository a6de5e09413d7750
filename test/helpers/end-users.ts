import { randomUUID } from 'node:crypto';
import type { ConnectTokenViewer } from '../../src/access/viewer.ts';
import { authorizeRequirement } from '../../src/end-users/authorize-requirement.service.ts';
import { disconnectRequirement } from '../../src/end-users/disconnect-requirement.service.ts';
import { submitCredentials } from '../../src/end-users/submit-credentials.service.ts';
import { AppError, errorKinds, type FieldIssue } from '../../src/errors.ts';
import { requirementStatus } from '../../src/requirements/status.ts';
import { seedApp, seedRequirement } from './apps.ts';
import { guard } from './canary.ts';
import { openAi } from './connections.ts';
import type { TestServer } from './server.ts';

/** Stores an app of the server's project; answers its id. */
export async function makeApp(
  { deps, home }: TestServer,
  changes?: Parameters<typeof seedApp>[2],
): Promise<string> {
  return (await seedApp(deps.db, home.projectId, changes)).id;
}

/** Stores a requirement: an OpenAI key, if nothing else is said; answers its id. */
export async function makeRequirement(
  { deps }: TestServer,
  appId: string,
  changes?: Parameters<typeof seedRequirement>[2],
): Promise<string> {
  return (await seedRequirement(deps.db, appId, changes)).id;
}

/** An end user with a connect token. */
export type EndUser = { server: TestServer; viewer: ConnectTokenViewer };

/** Whoever holds a connect token for a user of an app; each call is another token. */
export async function openEndUser(
  server: TestServer,
  appId: string,
  userId: string = randomUUID(),
  via: ConnectTokenViewer['via'] = 'key',
): Promise<EndUser> {
  const { db } = server.deps;
  const user = await db.endUser.upsert({
    where: { appId_userId: { appId, userId } },
    create: { id: randomUUID(), appId, userId },
    update: {},
    include: { app: { include: { project: true } } },
  });
  const { projectId, project } = user.app;
  const place = { appId, userId, endUserId: user.id, projectId };
  const { organizationId } = project;
  const expiresAt = new Date(Date.now() + 86_400_000);
  const token = { kind: 'connect_token', id: randomUUID(), via, expiresAt } as const;
  return { server, viewer: { ...token, ...place, organizationId } };
}

/** How a call ended, in the words of REST. */
export type Ended = { status: number; fields?: readonly FieldIssue[]; message?: string };

async function ended(call: Promise<unknown>): Promise<Ended> {
  try {
    await call;
    return { status: 200 };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const fields = 'fields' in error ? { fields: error.fields as FieldIssue[] } : {};
    return { status: errorKinds[error.kind].status, message: error.message, ...fields };
  }
}

const contextOf = ({ server, viewer }: EndUser) => ({
  deps: server.deps,
  viewer,
  request: { id: 'end-user', ip: null },
  app: null,
});

/** Submits credentials for a requirement. */
export function submit(
  user: EndUser,
  requirementId: string,
  config: Record<string, string>,
  type = openAi,
): Promise<Ended> {
  return ended(submitCredentials(contextOf(user), { requirementId, type, config }));
}

/** Begins a consent; answers the provider's address for it. */
export async function begin(user: EndUser, requirementId: string, redirectUrl?: string) {
  const { url } = await authorizeRequirement(contextOf(user), { requirementId, redirectUrl });
  const state = new URL(url).searchParams.get('state'); // at Pipedream there is none
  if (state !== null) guard(state);
  return url;
}

/** The same, whatever comes of it. */
export function tryToBegin(user: EndUser, requirementId: string, redirectUrl?: string) {
  return ended(authorizeRequirement(contextOf(user), { requirementId, redirectUrl }));
}

export function disconnect(user: EndUser, requirementId: string): Promise<Ended> {
  return ended(disconnectRequirement(contextOf(user), requirementId));
}

export async function statusOf({ server, viewer }: EndUser, requirementId: string) {
  const { endUserId } = viewer;
  return (await requirementStatus(server.deps)({ endUserId, requirementId })).status;
}

/** What is linked for a requirement, as it is stored. */
export function linkOf({ server, viewer }: EndUser, requirementId: string) {
  const where = { endUserId: viewer.endUserId, requirementId };
  return server.deps.db.endUserLink.findFirst({ where, include: { connection: true } });
}
