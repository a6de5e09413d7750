import { randomBytes, randomUUID } from 'node:crypto';
import type { RequestFacts } from '../../core/access/request-context.ts';
import { findTokenUser, readConnectToken } from '../../core/access/verify-connect-token.ts';
import type { ConnectTokenViewer } from '../../core/access/viewer.ts';
import type { Deps } from '../../core/deps/deps.ts';
import { takeAttempt } from '../../features/end-users/action-limits.ts';
import type { ConnectSession } from '../../platform/db/generated/client.ts';
import { isUuid } from '../../platform/input.ts';
import { type Language, readLanguage } from './language.ts';
import { readNotice } from './notice.service.ts';
import { digestSecret } from './session-cookie.ts';

/** A browser that acts for an end user, as their connect token does. */
export type Session = {
  id: string;
  /** The cookie. */
  secret: string;
  /** The cookie's digest, which is stored. */
  digest: Buffer<ArrayBuffer>;
  viewer: ConnectTokenViewer;
  /** False until the person confirms: this browser was another end user's before. */
  isConfirmed: boolean;
  /** The language that an address asked for, if one did. */
  language: Language | undefined;
  /** The last failure. */
  notice: ReturnType<typeof readNotice>;
};

/** The result of looking at a token. `taken` means that another browser has exchanged it. */
type Inspected =
  | { kind: 'fresh'; viewer: ConnectTokenViewer }
  | { kind: 'known'; id: string }
  | { kind: 'taken' }
  | { kind: 'refused' };

/** Returns what a token would give this browser. It changes nothing, so scanners may fetch the link. */
export async function inspectToken(
  deps: Deps,
  token: string,
  digests: readonly Buffer<ArrayBuffer>[],
): Promise<Inspected> {
  const presented = await readConnectToken(deps, token);
  const viewer = presented && (await findTokenUser(deps, presented));
  if (presented === undefined || viewer === undefined) return { kind: 'refused' };
  const found = await deps.db.connectSession.findUnique({
    where: { jti: presented.claims.jti },
    select: { id: true, secretDigest: true },
  });
  if (found === null) return { kind: 'fresh', viewer };
  const isOwn = digests.some((digest) => digest.equals(found.secretDigest));
  return isOwn ? { kind: 'known', id: found.id } : { kind: 'taken' };
}

/** The result of an exchange; `taken`: another browser has exchanged the token. */
type Exchanged =
  | { kind: 'new'; id: string; secret: string; seconds: number; endUserId: string }
  | { kind: 'known'; id: string }
  | { kind: 'taken' }
  | { kind: 'refused' };

/**
 * Exchanges a connect token for a session, once. The browser that has the session continues with it; any
 * other browser is refused.
 *
 * @param digests of the session cookies that the browser sent.
 * @throws TooManyRequestsError
 */
export async function exchangeToken(
  deps: Deps,
  request: RequestFacts,
  token: string,
  digests: readonly Buffer<ArrayBuffer>[],
): Promise<Exchanged> {
  const presented = await readConnectToken(deps, token);
  const viewer = presented && (await findTokenUser(deps, presented));
  if (presented === undefined || viewer === undefined) return { kind: 'refused' };
  takeAttempt({ deps, request }, viewer);
  const { db } = deps;
  const secret = randomBytes(32).toString('base64url');
  const { kid, claims } = presented;
  const { endUserId, expiresAt } = viewer;
  const others = { secretDigest: { in: [...digests] }, endUserId: { not: endUserId } };
  const id = randomUUID();
  const row = {
    id,
    endUserId,
    kid,
    jti: claims.jti,
    epoch: claims.epoch,
    expiresAt,
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

/** Opens the session of a path and its cookie; undefined if there is none or its token has ended. */
export async function openConnectSession(
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
  const language = readLanguage(row.language);
  return viewer && { id, secret, digest, viewer, isConfirmed, language, notice: readNotice(row) };
}

/** The part of a token that its session stores, to check with each request whether the token is valid. */
type SessionToken = Pick<ConnectSession, 'kid' | 'jti' | 'epoch' | 'isAnonymous' | 'expiresAt'> & {
  appId: string;
  userId: string;
};

/** Returns the user of a session's token; undefined if the token has ended. */
function findSessionUser(
  deps: Deps,
  { kid, jti, epoch, isAnonymous, expiresAt, appId, userId }: SessionToken,
): Promise<ConnectTokenViewer | undefined> {
  const via = isAnonymous ? 'anonymous' : 'key';
  const exp = Math.floor(expiresAt.getTime() / 1_000);
  const claims = { app_id: appId, user_id: userId, epoch, jti, via, exp } as const;
  return findTokenUser(deps, { kid, claims });
}

/** Stores that the person confirmed to be this session's user. */
export async function confirmSession({ db }: Deps, { id }: Pick<Session, 'id'>): Promise<void> {
  await db.connectSession.updateMany({ where: { id }, data: { isConfirmed: true } });
}

/** Stores the language that an address asked for. */
export async function rememberLanguage(
  { sql }: Deps,
  sessionId: string,
  language: Language,
): Promise<void> {
  const text = 'UPDATE connect_session SET language = $2 WHERE id = $1::uuid';
  await sql('remember-language', text, [sessionId, language]);
}

/** Deletes the sessions whose tokens have expired. */
export async function forgetEndedSessions({ sql, log }: Deps): Promise<void> {
  try {
    const text = 'DELETE FROM connect_session WHERE expires_at < now()';
    await sql('forget-ended-sessions', text, []);
  } catch (error) {
    log.warn({ err: error }, 'ended sessions were not deleted');
  }
}

/** The consent that a window without a session may start: of this user, to this requirement. */
export type Handoff = { viewer: ConnectTokenViewer; requirementId: string };

const offerStatement = `
  UPDATE connect_session SET handoff_digest = $2::bytea, handoff_requirement_id = $3::uuid,
    handoff_expires_at = now() + interval '10 minutes'
  WHERE id = $1::uuid`;

/**
 * Makes a handle that lets a window without the session's cookie start a consent, once and within 10
 * minutes. It replaces the session's previous handle.
 */
export async function offerHandoff(
  { sql }: Deps,
  sessionId: string,
  requirementId: string,
): Promise<string> {
  const handle = randomBytes(32).toString('base64url');
  await sql('offer-handoff', offerStatement, [sessionId, digestSecret(handle), requirementId]);
  return handle;
}

/* A handle works once: of several requests that present it, only one gets a row. */
const takeHandoffStatement = `
  UPDATE connect_session s SET handoff_digest = NULL
  FROM end_user u
  WHERE s.handoff_digest = $1::bytea AND s.handoff_expires_at > now() AND s.is_confirmed
    AND u.id = s.end_user_id
  RETURNING s.handoff_requirement_id AS "requirementId", s.kid, s.jti, s.epoch,
    s.is_anonymous AS "isAnonymous", s.expires_at AS "expiresAt", u.app_id AS "appId",
    u.user_id AS "userId"`;

type HandoffRow = SessionToken & { requirementId: string };

/** Takes a handle; undefined if it is unknown, used or expired, or its session has ended. */
export async function takeHandoff(deps: Deps, handle: string): Promise<Handoff | undefined> {
  const [row] = await deps.sql<HandoffRow>('take-handoff', takeHandoffStatement, [
    digestSecret(handle),
  ]);
  const viewer = row && (await findSessionUser(deps, row));
  return viewer && { viewer, requirementId: row.requirementId };
}
