import { createHash } from 'node:crypto';
import type { Initiator } from '../../core/access/live-initiator.ts';
import type { Deps } from '../../core/deps/deps.ts';
import {
  type DataKeyColumns,
  type DataKeyRow,
  dataKeyColumns,
  readDataKey,
} from '../../core/vault/data-keys.ts';
import type { SealContext } from '../../core/vault/sealed.ts';
import type { Sql } from '../../platform/db/sql.ts';

/** A consent that is being completed, with everything that was stored when it began. */
export type Attempt = Initiator & {
  id: string;
  connectionId: string;
  organizationId: string;
  projectId: string;
  /** Digest of the cookie of the only browser that can complete it; null: any browser can. */
  browserDigest: Uint8Array | null;
  provider: Uint8Array;
  redirectUri: string;
  returnUrl: string | null;
  scopes: string[];
  verifier: Uint8Array;
  verifierKey: DataKeyRow;
};

/** Returns what is stored of a state: enough to find its attempt, too little to use it. */
export function digestState(state: string): Buffer<ArrayBuffer> {
  return Buffer.from(createHash('sha256').update(state).digest());
}

/** Returns what a PKCE verifier is bound to. It is sealed with the server's own key. */
export function placeOfVerifier(organizationId: string, attemptId: string): SealContext {
  return {
    organizationId,
    projectId: null,
    table: 'authorization_attempt',
    rowId: attemptId,
    column: 'verifier',
  };
}

/* Single use: of all requests with the same state, one gets a row. */
const consumeStatement = `
  UPDATE authorization_attempt a SET consumed_at = now()
  FROM connection c, project p, data_key k
  WHERE a.state_digest = $1::bytea AND a.redirect_uri = $2 AND a.consumed_at IS NULL
    AND a.expires_at > now() AND c.id = a.connection_id AND p.id = c.project_id
    AND k.id = a.verifier_data_key_id
  RETURNING a.id, a.connection_id AS "connectionId", p.organization_id AS "organizationId",
    c.project_id AS "projectId", a.initiator, a.token_epoch AS "tokenEpoch",
    a.token_is_anonymous AS "tokenIsAnonymous", a.token_expires_at AS "tokenExpiresAt",
    a.token_kid AS "tokenKid", a.browser_digest AS "browserDigest", a.provider,
    a.redirect_uri AS "redirectUri", a.return_url AS "returnUrl", a.scopes, a.verifier,
    ${dataKeyColumns('k', 'key')}`;

/**
 * Uses up the attempt whose state came back to `redirectUri`; undefined when there is none, or when it was
 * used before or is too old.
 */
export async function consumeAttempt(
  sql: Sql,
  state: string,
  redirectUri: string,
): Promise<Attempt | undefined> {
  type Row = Omit<Attempt, 'verifierKey'> & DataKeyColumns<'key'>;
  const values = [digestState(state), redirectUri];
  const [row] = await sql<Row>('consume-attempt', consumeStatement, values);
  const verifierKey = row && readDataKey(row, 'key');
  return row && verifierKey ? { ...row, verifierKey } : undefined;
}

/* A consent is given within ten minutes and can be undone for an hour after that. */
const forgetAttemptsStatement = `
  DELETE FROM authorization_attempt WHERE expires_at < now() - interval '2 hours'`;

/** Deletes attempts that can no longer be completed or undone. */
export async function forgetOldAttempts({ sql, log }: Deps): Promise<void> {
  try {
    await sql('forget-old-attempts', forgetAttemptsStatement, []);
  } catch (error) {
    log.warn({ err: error }, 'old attempts were not deleted');
  }
}
