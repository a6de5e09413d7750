import { randomBytes, randomUUID } from 'node:crypto';
import type { RequestFacts } from '../../core/access/request-context.ts';
import { findEndUser, readConnectToken } from '../../core/access/verify-connect-token.ts';
import type { ConnectTokenViewer } from '../../core/access/viewer.ts';
import type { Deps } from '../../core/deps/deps.ts';
import { takeAttempt } from '../../features/end-users/action-limits.ts';
import type { ConnectSession } from '../../platform/db/generated/client.ts';
import { isUuid } from '../../platform/input.ts';
import { readNotice } from './notice.service.ts';
import { digestSecret } from './session-cookie.ts';

/** A browser that goes on for an end user, as their connect token would. */
export type Session = {
  id: string;
  /** The cookie. */
  secret: string;
  /** What is stored of it. */
  digest: Buffer<ArrayBuffer>;
  viewer: ConnectTokenViewer;
  /** False while the browser, which was another user's before, is asked. */
  isConfirmed: boolean;
  /** What went wrong last. */
  notice: ReturnType<typeof readNotice>;
};

/** What a token is worth to a browser before it is exchanged; `taken`: another browser exchanged it. */
export type Inspected =
  | { kind: 'fresh'; viewer: ConnectTokenViewer }
  | { kind: 'known'; id: string }
  | { kind: 'taken' }
  | { kind: 'refused' };

/** Reads what a token would give this browser. It changes nothing, so anything may fetch the link. */
export async function inspectToken(
  deps: Deps,
  token: string,
  digests: readonly Buffer<ArrayBuffer>[],
): Promise<Inspected> {
  const presented = await readConnectToken(deps, token);
  const viewer = presented && (await findEndUser(deps)(presented));
  if (presented === undefined || viewer === undefined) return { kind: 'refused' };
  const found = await deps.db.connectSession.findUnique({
    where: { jti: presented.claims.jti },
    select: { id: true, secretDigest: true },
  });
  if (found === null) return { kind: 'fresh', viewer };
  const isOwn = digests.some((digest) => digest.equals(found.secretDigest));
  return isOwn ? { kind: 'known', id: found.id } : { kind: 'taken' };
}

/** What a token was exchanged for; `taken`: it was exchanged in another browser. */
export type Exchanged =
  | { kind: 'new'; id: string; secret: string; seconds: number; endUserId: string }
  | { kind: 'known'; id: string }
  | { kind: 'taken' }
  | { kind: 'refused' };

/**
 * Exchanges a connect token for a session, once: the browser that has it already goes on with it, and
 * any other is refused.
 *
 * @param digests of the sessions' cookies that the browser has.
 * @throws TooManyRequestsError
 */
export async function exchangeToken(
  deps: Deps,
  request: RequestFacts,
  token: string,
  digests: readonly Buffer<ArrayBuffer>[],
): Promise<Exchanged> {
  const presented = await readConnectToken(deps, token);
  const viewer = presented && (await findEndUser(deps)(presented));
  if (presented === undefined || viewer === undefined) return { kind: 'refused' };
  takeAttempt({ deps, request }, viewer);
  const { db } = deps;
  const secret = randomBytes(32).toString('base64url');
  const { kid, claims } = presented;
  const { endUserId, expiresAt } = viewer;
  const others = { secretDigest: { in: [...digests] }, endUserId: { not: endUserId } };
  const id = randomUUID();
  const row = {
    ...{ id, endUserId, kid, jti: claims.jti, epoch: claims.epoch, expiresAt },
    isAnonymous: claims.via === 'anonymous',
    secretDigest: digestSecret(secret),
    isConfirmed: (await db.connectSession.count({ where: others })) === 0,
  };
  const { count } = await db.connectSession.createMany({ data: row, skipDuplicates: true });
  if (count === 1) {
    const seconds = Math.max(1, Math.floor((expiresAt.getTime() - Date.now()) / 1_000));
    return { kind: 'new', id, secret, seconds, endUserId };
  }
  const known = await db.connectSession.findFirst({
    where: { jti: claims.jti, secretDigest: { in: [...digests] } },
    select: { id: true },
  });
  return known === null ? { kind: 'taken' } : { kind: 'known', id: known.id };
}

/** The session of a path and its cookie; undefined when there is none, or when its token has ended. */
export async function openSession(
  deps: Deps,
  id: string,
  secret: string | undefined,
): Promise<Session | undefined> {
  if (secret === undefined || !isUuid(id)) return undefined;
  const digest = digestSecret(secret);
  const row = await deps.db.connectSession.findFirst({
    where: { id, secretDigest: digest },
    relationLoadStrategy: 'join',
    include: { endUser: { select: { appId: true, userId: true } } },
  });
  if (row === null) return undefined;
  const { endUser, isConfirmed } = row;
  const viewer = await findSessionUser(deps, { ...row, ...endUser });
  return viewer && { id, secret, digest, viewer, isConfirmed, notice: readNotice(row) };
}

/** What a session keeps of its token: enough to ask whether it still counts. */
export type SessionToken = Pick<
  ConnectSession,
  'kid' | 'jti' | 'epoch' | 'isAnonymous' | 'expiresAt'
> & { appId: string; userId: string };

/** Who a session's token is for; undefined when the token has ended. */
export function findSessionUser(
  deps: Deps,
  { kid, jti, epoch, isAnonymous, expiresAt, appId, userId }: SessionToken,
): Promise<ConnectTokenViewer | undefined> {
  const via = isAnonymous ? 'anonymous' : 'key';
  const exp = Math.floor(expiresAt.getTime() / 1_000);
  const claims = { app_id: appId, user_id: userId, epoch, jti, via, exp } as const;
  return findEndUser(deps)({ kid, claims });
}

/** The person goes on as this session's user. */
export async function confirmSession({ db }: Deps, { id }: Pick<Session, 'id'>): Promise<void> {
  await db.connectSession.updateMany({ where: { id }, data: { isConfirmed: true } });
}

/** Deletes the sessions whose tokens have ended by themselves. */
export async function forgetEndedSessions({ sql, log }: Deps): Promise<void> {
  try {
    const text = 'DELETE FROM connect_session WHERE expires_at < now()';
    await sql('forget-ended-sessions', text, []);
  } catch (error) {
    log.warn({ err: error }, 'ended sessions were not deleted');
  }
}
