import type { Initiator } from '../../core/access/live-initiator.ts';
import {
  type DataKeyColumns,
  dataKeyColumns,
  readDataKey,
} from '../../core/vault/data-key.columns.ts';
import type { DataKeyRow } from '../../core/vault/data-keys.ts';
import type { Sql } from '../../platform/db/sql.ts';
import { digestState } from './authorize.service.ts';

/** A consent that was begun and is now being completed, with everything it was begun with. */
export type Attempt = Initiator & {
  id: string;
  connectionId: string;
  organizationId: string;
  projectId: string;
  /** Of the cookie of the browser that alone can complete it; null: any can. */
  browserDigest: Uint8Array | null;
  provider: Uint8Array;
  redirectUri: string;
  returnUrl: string | null;
  scopes: string[];
  verifier: Uint8Array;
  verifierKey: DataKeyRow;
};

/* Single use: of all that present a state, one gets a row. */
const statement = `
  UPDATE authorization_attempt a SET consumed_at = now()
  FROM connection c, project p, data_key k
  WHERE a.state_digest = $1::bytea AND a.redirect_uri = $2 AND a.consumed_at IS NULL
    AND a.expires_at > now() AND c.id = a.connection_id AND p.id = c.project_id
    AND k.id = a.verifier_data_key_id
  RETURNING a.id, a.connection_id AS "connectionId", p.organization_id AS "organizationId",
    c.project_id AS "projectId", a.initiator, a.token_epoch AS "tokenEpoch",
    a.token_is_anonymous AS "tokenIsAnonymous", a.token_expires_at AS "tokenExpiresAt",
    a.token_kid AS "tokenKid",
    a.browser_digest AS "browserDigest", a.provider, a.redirect_uri AS "redirectUri", a.return_url AS "returnUrl", a.scopes, a.verifier, ${dataKeyColumns('k', 'key')}`;

type Row = Omit<Attempt, 'verifierKey'> & DataKeyColumns<'key'>;

/** Uses up the attempt of a state that came back to `redirectUri`; undefined when there is none, or no more. */
export async function consumeAttempt(
  sql: Sql,
  state: string,
  redirectUri: string,
): Promise<Attempt | undefined> {
  const values = [digestState(state), redirectUri];
  const [row] = await sql<Row>('consume-attempt', statement, values);
  const verifierKey = row && readDataKey(row, 'key');
  return row && verifierKey ? { ...row, verifierKey } : undefined;
}
