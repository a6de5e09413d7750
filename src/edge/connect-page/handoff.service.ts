import { randomBytes } from 'node:crypto';
import type { ConnectTokenViewer } from '../../core/access/viewer.ts';
import type { Deps } from '../../core/deps/deps.ts';
import { findSessionUser, type SessionToken } from './session.service.ts';
import { digestSecret } from './session-cookie.ts';

/** What a window of its own may begin: a consent of this user to this requirement. */
export type Handoff = { viewer: ConnectTokenViewer; requirementId: string };

const offerStatement = `
  UPDATE connect_session SET handoff_digest = $2::bytea, handoff_requirement_id = $3::uuid,
    handoff_expires_at = now() + interval '10 minutes'
  WHERE id = $1::uuid`;

/**
 * Makes a handle with which a window without the session's cookie begins a consent, once and within 10
 * minutes. The session's handle before it works no more.
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

/* Single use: of all that present a handle, one gets a row. */
const takeStatement = `
  UPDATE connect_session s SET handoff_digest = NULL
  FROM end_user u
  WHERE s.handoff_digest = $1::bytea AND s.handoff_expires_at > now() AND s.is_confirmed
    AND u.id = s.end_user_id
  RETURNING s.handoff_requirement_id AS "requirementId", s.kid, s.jti, s.epoch,
    s.is_anonymous AS "isAnonymous", s.expires_at AS "expiresAt", u.app_id AS "appId",
    u.user_id AS "userId"`;

type Row = SessionToken & { requirementId: string };

/** Uses a handle up; undefined when there is none, or no more, or when its session has ended. */
export async function takeHandoff(deps: Deps, handle: string): Promise<Handoff | undefined> {
  const [row] = await deps.sql<Row>('take-handoff', takeStatement, [digestSecret(handle)]);
  const viewer = row && (await findSessionUser(deps, row));
  return viewer && { viewer, requirementId: row.requirementId };
}
