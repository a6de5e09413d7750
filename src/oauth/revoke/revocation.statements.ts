import type { JsonObject } from '../../core/catalog/json.ts';
import {
  type DataKeyColumns,
  type DataKeyRow,
  dataKeyColumns,
  readDataKey,
} from '../../core/vault/data-keys.ts';
import type { SealContext } from '../../core/vault/sealed.ts';
import { lockedDataKey } from '../../core/vault/write-sealed.ts';
import type { Sql } from '../../platform/db/sql.ts';
import { newId } from '../../platform/new-id.ts';
import type { Provider } from '../provider/provider.ts';

/*
 * The revocations that wait in the database. A revocation is prepared before its connection is deleted. The
 * trigger "grant_ended" makes it due in the transaction that deletes the connection or drops its tokens.
 */

/** The sealed part of a revocation: all that the request requires after the connection was deleted. */
export type RevocationRequest = {
  type: string;
  config: JsonObject;
  token: string;
  /** Of a custom type, which may be deleted before the request is sent. JSON has its URLs as text. */
  provider?: Provider;
};

/** Returns what a sealed revocation is bound to. */
export function placeOfRevocation(id: string): SealContext {
  const table = 'token_revocation';
  return { organizationId: null, projectId: null, table, rowId: id, column: 'request' };
}

/** A sealed revocation before it is stored. */
export type PreparedRevocation = {
  id: string;
  connectionId: string;
  organizationId: string;
  projectId: string;
  host: string;
  sealed: Uint8Array;
};

const storeRevocationsStatement = `
  WITH held AS (${lockedDataKey('$7')})
  INSERT INTO token_revocation AS r
    (id, connection_id, organization_id, project_id, host, request, request_data_key_id)
  SELECT q.id, q.connection_id, q.organization_id, q.project_id, q.host, decode(q.request, 'base64'), held.id
  FROM held, unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[])
    AS q(id, connection_id, organization_id, project_id, host, request)
  ORDER BY q.connection_id
  ON CONFLICT (connection_id) WHERE next_try_at IS NULL DO UPDATE SET
    id = excluded.id, host = excluded.host, request = excluded.request,
    request_data_key_id = excluded.request_data_key_id, created_at = excluded.created_at
  RETURNING r.id`;

/** Stores revocations that are not due yet. Returns false and stores nothing when their data key is retired. */
export async function storePrepared(
  sql: Sql,
  keyId: string,
  rows: readonly PreparedRevocation[],
): Promise<boolean> {
  const stored = await sql<{ id: string }>('store-revocations', storeRevocationsStatement, [
    rows.map(({ id }) => id),
    rows.map(({ connectionId }) => connectionId),
    rows.map(({ organizationId }) => organizationId),
    rows.map(({ projectId }) => projectId),
    rows.map(({ host }) => host),
    rows.map(({ sealed }) => Buffer.from(sealed).toString('base64')),
    keyId,
  ]);
  return stored.length > 0;
}

const dropStatement = `
  DELETE FROM token_revocation WHERE id = ANY($1::uuid[]) AND next_try_at IS NULL`;

/** Deletes revocations whose connections stay. */
export async function dropPrepared(sql: Sql, ids: readonly string[]): Promise<void> {
  await sql('drop-revocations', dropStatement, [ids]);
}

/** A revocation that is due and belongs to this process for {@link claimMinutes}. */
export type DueRevocation = {
  id: string;
  connectionId: string;
  organizationId: string;
  projectId: string;
  host: string;
  sealed: Uint8Array;
  dataKey: DataKeyRow;
  failures: number;
  /** Whether this is the last try. */
  isLast: boolean;
};

const claimMinutes = 5;
const claimedAtOnce = 16;

/** Hours for which a revocation is tried. */
export const triedHours = 72;

const claimRevocationsStatement = `
  WITH claimed AS (
    UPDATE token_revocation SET next_try_at = now() + interval '${claimMinutes} minutes'
    WHERE id = ANY(ARRAY(
      SELECT id FROM token_revocation WHERE next_try_at <= now() AND NOT (host = ANY($1::text[]))
      ORDER BY next_try_at LIMIT ${claimedAtOnce} FOR UPDATE SKIP LOCKED
    ))
    RETURNING *
  )
  SELECT r.id, r.connection_id AS "connectionId", r.organization_id AS "organizationId",
    r.project_id AS "projectId", r.host, r.request AS sealed, r.failures,
    r.created_at <= now() - interval '${triedHours} hours' AS "isLast", ${dataKeyColumns('k', 'key')}
  FROM claimed r JOIN data_key k ON k.id = r.request_data_key_id`;

/** Claims some of the due revocations, so that no other process sends them. */
export async function claimDue(
  sql: Sql,
  avoidedHosts: readonly string[],
): Promise<DueRevocation[]> {
  type Row = Omit<DueRevocation, 'dataKey'> & DataKeyColumns<'key'>;
  const rows = await sql<Row>('claim-revocations', claimRevocationsStatement, [avoidedHosts]);
  return rows.flatMap((row) => {
    const dataKey = readDataKey(row, 'key');
    return dataKey === null ? [] : [{ ...row, dataKey }];
  });
}

/** Deletes a revocation that is done. */
export async function endRevocation(sql: Sql, id: string): Promise<void> {
  await sql('end-revocation', 'DELETE FROM token_revocation WHERE id = $1', [id]);
}

const postponeStatement = `
  UPDATE token_revocation SET failures = $2::int, next_try_at = now() + make_interval(secs => $3)
  WHERE id = $1`;

/** Sets the time of the next try. */
export async function postponeRevocation(
  sql: Sql,
  { id, failures, seconds }: { id: string; failures: number; seconds: number },
): Promise<void> {
  await sql('postpone-revocation', postponeStatement, [id, failures, seconds]);
}

const giveUpStatement = `
  WITH gone AS (DELETE FROM token_revocation WHERE id = $1 RETURNING *)
  INSERT INTO audit_event (id, action, actor, organization_id, project_id, connection_id, request_id)
  SELECT $2::uuid, 'connection.revoke.failed', 'server', organization_id, project_id, connection_id, 'revocation'
  FROM gone`;

/** Deletes a revocation that never succeeded, and records that. */
export async function giveUpRevocation(sql: Sql, id: string): Promise<void> {
  await sql('give-up-revocation', giveUpStatement, [id, newId()]);
}

const forgetRevocationsStatement = `
  DELETE FROM token_revocation WHERE next_try_at IS NULL AND created_at < now() - interval '1 hour'`;

/** Deletes revocations of a process that was killed before it deleted their connections. */
export async function forgetPrepared(sql: Sql): Promise<void> {
  await sql('forget-prepared-revocations', forgetRevocationsStatement, []);
}
