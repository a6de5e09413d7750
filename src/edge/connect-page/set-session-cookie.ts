import { setCookie } from 'hono/cookie';
import type { CookieOptions } from 'hono/utils/cookie';
import type { Deps } from '../../core/deps/deps.ts';
import type { PageContext } from './page-request.ts';
import { cookieName, digestSecret, presentedIds, sessionCookies } from './session-cookie.ts';

/*
 * Each link sets a cookie that lives for a day, and a browser sends all of them with each request. With
 * too many the server refuses the request (431), so each new cookie deletes old ones.
 */

/** Maximum number of session cookies in a browser, the new one included. Each has about 100 bytes. */
const mostCookies = 16;
/** Maximum number of them that belong to windows that start a consent. */
const mostHandoffs = 4;
/** Maximum number of cookies that one response deletes. Proxies refuse a larger head. */
const mostEndedCookies = 16;
/** Milliseconds for which a window that started a consent can complete it. */
const handoffLife = 600_000;

/** A cookie that still works, and the time when it was set. */
type LiveCookie = { id: string; since: number; isHandoff: boolean };

/** The cookie of a session, or of a window that starts a consent. */
type NewCookie = {
  id: string;
  secret: string;
  seconds: number;
  /** The session's end user; absent if there is no session. */
  endUserId?: string | undefined;
  /** Whether only a frame of another site gets it. */
  isPartitioned: boolean;
};

/** Sets a cookie, and deletes those that the browser does not need any longer. */
export async function setSessionCookie(
  deps: Deps,
  c: PageContext,
  cookie: NewCookie,
): Promise<void> {
  const { publicUrl } = deps.config;
  const { id, secret, seconds, endUserId, isPartitioned } = cookie;
  const options: CookieOptions = {
    path: '/',
    httpOnly: true,
    secure: publicUrl.startsWith('https:'),
    // With Strict the browser would not send it on the way back from a provider. Partitioned: a frame of
    // another site has its own cookie.
    sameSite: isPartitioned ? 'None' : 'Lax',
    partitioned: isPartitioned,
  };
  const stale = await findStaleCookies(deps, c.req.header('cookie'), endUserId);
  for (const other of stale) {
    setCookie(c, cookieName(publicUrl, other), '', { ...options, maxAge: 0 });
  }
  setCookie(c, cookieName(publicUrl, id), secret, { ...options, maxAge: seconds });
}

/**
 * Returns the ids in the names of the cookies that a browser does not need beside a new one: those of
 * ended or unknown sessions, of the same user's earlier sessions, and the oldest ones over the limit. A
 * cookie that a consent waits for stays.
 *
 * @param endUserId the end user of the new session; absent if there is no session.
 */
async function findStaleCookies(
  deps: Deps,
  header: string | undefined,
  endUserId?: string,
): Promise<string[]> {
  const { publicUrl } = deps.config;
  const ids = presentedIds(publicUrl, header);
  if (ids.length === 0) return [];
  const digests = new Map(
    [...sessionCookies(publicUrl, header)].map(([id, secret]) => [id, digestSecret(secret)]),
  );
  const rows = await deps.db.connectSession.findMany({
    where: { id: { in: [...digests.keys()] }, expiresAt: { gt: new Date() } },
    select: { id: true, endUserId: true, secretDigest: true, createdAt: true },
  });
  const known = rows.filter(({ id, secretDigest }) => digests.get(id)?.equals(secretDigest));
  const own = known.filter((session) => session.endUserId === endUserId);
  const waiting = await findWaiting(deps, endUserId, own);
  const sessions = known
    .filter((session) => session.endUserId !== endUserId || waiting.has(session.id))
    .map(({ id, createdAt }) => ({ id, since: createdAt.getTime(), isHandoff: false }));
  const handoffs = ids
    .map((id) => ({ id, since: timeOf(id), isHandoff: true }))
    .filter(({ id, since }) => digests.has(id) && Date.now() - since < handoffLife)
    .sort(newestFirst)
    .slice(0, mostHandoffs);
  const live = [...handoffs, ...sessions].sort(newestFirst).slice(0, mostCookies - 1);
  const kept = new Set(live.map(({ id }) => id));
  return ids.filter((id) => !kept.has(id)).slice(0, mostEndedCookies);
}

/** Returns those of a user's sessions that started a consent which is still open. */
async function findWaiting(
  { db }: Deps,
  endUserId: string | undefined,
  sessions: readonly { id: string; secretDigest: Uint8Array<ArrayBuffer> }[],
): Promise<Set<string>> {
  if (endUserId === undefined || sessions.length === 0) return new Set();
  const attempts = await db.authorizationAttempt.findMany({
    where: { connection: { endUserId }, consumedAt: null, expiresAt: { gt: new Date() } },
    select: { browserDigest: true },
  });
  const digests = new Set(attempts.map(({ browserDigest }) => hex(browserDigest)));
  return new Set(
    sessions.filter(({ secretDigest }) => digests.has(hex(secretDigest))).map(({ id }) => id),
  );
}

function hex(digest: Uint8Array | null): string {
  return digest === null ? '' : Buffer.from(digest).toString('hex');
}

/** Returns the time in an id that holds one (UUIDv7), such as a handoff's; zero for any other. */
function timeOf(id: string): number {
  return id[14] === '7' ? Number.parseInt(id.replace('-', '').slice(0, 12), 16) : 0;
}

function newestFirst(one: LiveCookie, other: LiveCookie): number {
  return other.since - one.since;
}
