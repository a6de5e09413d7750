import { z } from 'zod';
import { markUsed } from '../../core/access/last-used.ts';
import { projectScopeOf } from '../../core/access/project-scope.ts';
import { refusalOf } from '../../core/access/refusal.ts';
import type { RequestContext } from '../../core/access/request-context.ts';
import { requireMember } from '../../core/access/roles.ts';
import {
  type AuditEntry,
  hashUserId,
  recordEvent,
  recordRefusal,
} from '../../core/audit/audit.service.ts';
import { type JsonObject, ownValue } from '../../core/catalog/json.ts';
import { operation } from '../../core/operations/operation.ts';
import { translateDatabaseError } from '../../platform/db/errors.ts';
import {
  AppError,
  ConflictError,
  ForbiddenError,
  InvalidInputError,
  NotFoundError,
  UnavailableError,
} from '../../platform/errors.ts';
import { isUuid, userId } from '../../platform/input.ts';
import { mostReferences } from '../../platform/limits.ts';
import { type Credentials, openCredentials } from '../connections/open-credentials.ts';
import type { EndUserCredential, PipedreamAccount } from './load-end-user-credential.ts';
import { notConnected, requireFulfilled } from './require-fulfilled.ts';

const reference = z.union(
  [z.strictObject({ connectionId: z.string() }), z.strictObject({ requirementId: z.string() })],
  { error: 'must have exactly one of connectionId and requirementId' },
);

/** A reference to a connection of a project, or to what the user linked for a requirement. */
type GivenReference = z.infer<typeof reference>;

const action = 'credentials.resolve';

/**
 * Returns the credentials that a run needs, in the order of the references. Each reference has an outcome
 * of its own. Two statements load all of them and one statement records them; tokens are refreshed
 * concurrently. The result leaves the server only after its audit events are committed. It fails with
 * InvalidInputError if a reference names a requirement and the app or the user is missing.
 */
export const resolveCredentials = operation({
  name: 'resolveCredentials',
  description:
    'Returns the credentials that a run needs, for many connections and requirements at once. Each has an outcome of its own, so one failure does not affect the others. The audit log records each of them.',
  role: 'runtime',
  audit: action,
  input: z.object({
    appId: z.string().nullish(),
    userId: userId.nullish(),
    references: z.array(reference).max(mostReferences, `cannot hold more than ${mostReferences}`),
  }),
  errors: [InvalidInputError, ForbiddenError],
  run: async (context, { references, ...user }): Promise<(Credentials | AppError)[]> => {
    const isOfUser = references.some((reference) => 'requirementId' in reference);
    const named = isOfUser ? requireUser(user) : nobody;
    const hash = isOfUser ? await hashUserId(context.deps, named.appId, named.userId) : '';
    const outcomes = await Promise.all(
      references.map((reference) => resolveOne(context, reference, { ...named, hash })),
    );
    await Promise.all(outcomes.map((outcome) => record(context, outcome)));
    return outcomes.map(({ result }) => result);
  },
});

/** An end user, with the hash that stands for them in the audit log. */
type HashedUser = { appId: string; userId: string; hash: string };

const nobody = { appId: '', userId: '' };

/** The app and the user, as far as the caller named them. */
type GivenUser = { appId?: string | null | undefined; userId?: string | null | undefined };

function requireUser({ appId, userId }: GivenUser): Omit<HashedUser, 'hash'> {
  if (appId != null && userId != null) return { appId: appId.toLowerCase(), userId };
  const absent = Object.entries({ appId, userId }).filter(([, value]) => value == null);
  const message = 'cannot be blank if the references name requirements';
  throw new InvalidInputError(absent.map(([path]) => ({ path, message })));
}

/** The outcome for a reference, and the facts that the audit log records about it. */
type Outcome = { result: Credentials | AppError; about: Omit<AuditEntry, 'action'> };

/** Stored credentials that the caller can reach, and the function that opens them. */
type FoundCredential = { projectId: string; open: () => Promise<Credentials> };

/** Resolves one reference. `about` collects the facts for the audit log as they become known. */
async function resolveOne(
  context: RequestContext,
  reference: GivenReference,
  user: HashedUser,
): Promise<Outcome> {
  const isConnection = 'connectionId' in reference;
  let about: Outcome['about'] = isConnection
    ? { connectionId: reference.connectionId }
    : { detail: resolvedDetail(reference.requirementId, user) };
  try {
    const found = isConnection
      ? await findNamedConnection(context, reference.connectionId)
      : await findEndUserCredential(context, reference.requirementId, user);
    if (found === undefined) throw new NotFoundError(isConnection ? 'connection' : 'requirement');
    about = { ...about, projectId: found.projectId };
    const result = await found.open();
    return { result, about: { ...about, connectionId: result.connectionId } };
  } catch (error) {
    return { result: toResult(context, await refusalOf(context, reference, error)), about };
  }
}

/* A requirement id that is not a UUID could be any text of any length, so it is not logged. */
function resolvedDetail(requirementId: string, { hash }: HashedUser): JsonObject {
  return { user: hash, ...(isUuid(requirementId) && { requirement: requirementId }) };
}

async function findNamedConnection(
  context: RequestContext,
  id: string,
): Promise<FoundCredential | undefined> {
  const projectScope = projectScopeOf(requireMember(context.viewer));
  if (!isUuid(id)) return undefined;
  const stored = await context.deps.loadCredentials({ id, projectScope });
  if (stored === undefined) return undefined;
  return { projectId: stored.projectId, open: () => openCredentials(context, stored) };
}

async function findEndUserCredential(
  context: RequestContext,
  requirementId: string,
  { appId, userId }: HashedUser,
): Promise<FoundCredential | undefined> {
  const projectScope = projectScopeOf(requireMember(context.viewer));
  if (!isUuid(requirementId) || !isUuid(appId)) return undefined;
  const wanted = { requirementId, appId, userId, projectScope };
  const credential = await context.deps.loadEndUserCredential(wanted);
  if (credential === undefined) return undefined;
  return {
    projectId: credential.projectId,
    open: () => openEndUserCredential(context, credential),
  };
}

/**
 * Turns a failure into the outcome of one item, so that it does not affect the others. If the database
 * cannot be reached, all items fail.
 */
function toResult({ deps, request }: RequestContext, error: unknown): AppError {
  const known = translateDatabaseError(error);
  if (known instanceof UnavailableError) throw known;
  if (known instanceof AppError) return known;
  deps.log.error({ err: error, requestId: request.id }, 'could not open credentials');
  return new ConflictError(
    `The stored value cannot be decrypted. Ask the operator to look for request_id ${request.id} in the log.`,
  );
}

async function record(context: RequestContext, { result, about }: Outcome): Promise<void> {
  if (result instanceof AppError) return recordRefusal(context, action, result, about);
  await recordEvent(context, { action, ...about });
  if (about.connectionId != null) markUsed(context.deps, 'connection', about.connectionId);
}

/**
 * Opens what a user connected for a requirement. The caller records that in the audit log before it
 * returns the result.
 *
 * @throws ConflictError if there is nothing, or it no longer fulfils the requirement; UpstreamError if its
 * token has expired and the provider issues no new one now.
 */
async function openEndUserCredential(
  context: RequestContext,
  credential: EndUserCredential,
): Promise<Credentials> {
  if (credential.kind === 'pipedream_account') return openAccount(credential, credential.account);
  const { connection } = credential;
  if (connection === null) throw notConnected(credential);
  requireFulfilled(credential, connection, context.deps);
  return openCredentials(context, connection);
}

function openAccount(credential: EndUserCredential, account: PipedreamAccount | null): Credentials {
  if (account === null || account.appSlug !== ownValue(credential.spec, 'app_slug')) {
    throw notConnected(credential);
  }
  const { id, appSlug, externalUserId } = account;
  const config = { account_id: id, app_slug: appSlug, external_user_id: externalUserId };
  return { connectionId: null, type: 'pipedream_account', config, expiresAt: null };
}
