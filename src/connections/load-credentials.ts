import { gather } from '../db/gather.ts';
import type { ConnectionStatus } from '../db/generated/enums.ts';
import type { Sql } from '../db/sql.ts';
import { perDeps } from '../deps.ts';
import type { SealedHalf } from './sealed-config.ts';

/** Which connection, and as whom: what the statement authorizes by. */
type Wanted = { id: string; organizationId: string; projectId: string | null };

/** A connection with both halves of its config, still sealed. */
export type StoredCredentials = {
  id: string;
  organizationId: string;
  projectId: string;
  type: string;
  status: ConnectionStatus;
  isSystem: boolean;
  publicHalf: SealedHalf;
  /** Null only for a system-managed connection that has none. */
  secretHalf: SealedHalf | null;
};

/** Loads what a caller may open; undefined for anything else. Concurrent calls share a statement. */
export const loadCredentials = perDeps((deps) =>
  gather((wanted: readonly Wanted[]) => loadTogether(deps.sql, wanted)),
);

/* LATERAL keeps every plan at one index look-up per connection, whatever the planner believes of unnest. */
const statement = `
  SELECT c.*
  FROM unnest($1::uuid[], $2::uuid[], $3::uuid[])
    WITH ORDINALITY AS q(id, organization_id, project_id, position)
  LEFT JOIN LATERAL (
    SELECT c.id, p.organization_id AS "organizationId", c.project_id AS "projectId", c.type,
           c.status::text AS status, c.is_system AS "isSystem",
           c.config AS public, s.config AS secret,
           pk.id AS "publicKeyId", pk.project_id AS "publicKeyProjectId",
           pk.master_key_kid AS "publicKeyKid", pk.wrapped AS "publicKeyWrapped",
           sk.id AS "secretKeyId", sk.project_id AS "secretKeyProjectId",
           sk.master_key_kid AS "secretKeyKid", sk.wrapped AS "secretKeyWrapped"
    FROM connection c
    JOIN project p ON p.id = c.project_id
    LEFT JOIN connection_secret s ON s.connection_id = c.id
    JOIN data_key pk ON pk.id = c.config_data_key_id
    LEFT JOIN data_key sk ON sk.id = s.config_data_key_id
    WHERE c.id = q.id AND p.organization_id = q.organization_id
      AND (q.project_id IS NULL OR c.project_id = q.project_id)
    LIMIT 1
  ) c ON true
  ORDER BY q.position`;

type Row = Pick<
  StoredCredentials,
  'id' | 'organizationId' | 'projectId' | 'type' | 'status' | 'isSystem'
> & {
  public: Uint8Array;
  secret: Uint8Array | null;
  publicKeyId: string;
  publicKeyProjectId: string | null;
  publicKeyKid: string;
  publicKeyWrapped: Uint8Array | null;
  secretKeyId: string;
  secretKeyProjectId: string | null;
  secretKeyKid: string;
  secretKeyWrapped: Uint8Array | null;
};

async function loadTogether(
  sql: Sql,
  wanted: readonly Wanted[],
): Promise<(StoredCredentials | undefined)[]> {
  const rows = await sql<Row | { id: null }>('load-credentials', statement, [
    wanted.map(({ id }) => id),
    wanted.map(({ organizationId }) => organizationId),
    wanted.map(({ projectId }) => projectId),
  ]);
  return rows.map((row) => (row.id === null ? undefined : fromRow(row)));
}

function fromRow(row: Row): StoredCredentials {
  const { id, organizationId, projectId, type, status, isSystem } = row;
  const publicHalf = {
    sealed: row.public,
    dataKey: {
      id: row.publicKeyId,
      projectId: row.publicKeyProjectId,
      masterKeyKid: row.publicKeyKid,
      wrapped: row.publicKeyWrapped,
    },
  };
  const secretHalf = row.secret && {
    sealed: row.secret,
    dataKey: {
      id: row.secretKeyId,
      projectId: row.secretKeyProjectId,
      masterKeyKid: row.secretKeyKid,
      wrapped: row.secretKeyWrapped,
    },
  };
  return { id, organizationId, projectId, type, status, isSystem, publicHalf, secretHalf };
}
