import type { Deps } from '../../core/deps/deps.ts';
import { digestSecret, presentedIds, sessionCookies } from './session-cookie.ts';

/*
 * Each link leaves a cookie for a day, and a browser sends them all with each request: too many and the
 * server reads none (431). So what sets one says which of the others go.
 */

/** A browser's session cookies, the new one among them, which are 100 bytes each. */
const mostCookies = 16;
/** Those among them of windows that begin a consent. */
const mostHandoffs = 4;
/** Cookies that one answer ends: more would be a head that proxies refuse. */
const mostEnded = 16;
/** How long the window that begins a consent can complete it, in milliseconds. */
const handoffLife = 600_000;

/** A cookie that still opens something, and since when. */
type Live = { id: string; since: number; isHandoff: boolean };

/**
 * Returns the ids in the names of the cookies that a browser does not need beside a new one: those of
 * sessions that have ended or are not known, those of the same user's sessions before, and the oldest of
 * too many. A cookie that a consent waits for stays.
 *
 * @param endUserId whose session is new; absent where it is none.
 */
export async function findStaleCookies(
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
  return ids.filter((id) => !kept.has(id)).slice(0, mostEnded);
}

/** Which of a user's sessions began a consent that may come back yet. */
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

/** When an id was made that says it (UUIDv7), as those of handoffs do; long ago for any other. */
function timeOf(id: string): number {
  return id[14] === '7' ? Number.parseInt(id.replace('-', '').slice(0, 12), 16) : 0;
}

function newestFirst(one: Live, other: Live): number {
  return other.since - one.since;
}
