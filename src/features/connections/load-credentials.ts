import { isReached, type Reach, reachColumns } from '../../core/access/reach.ts';
import type { Batched } from '../../platform/db/batch.ts';
import type { Sql } from '../../platform/db/sql.ts';
import {
  type CredentialsRow,
  credentialsColumns,
  credentialsJoins,
  readCredentials,
  type StoredCredentials,
} from './stored-credentials.ts';

/**
 * The id of a connection, and the projects that the caller can reach: the values by which the statement
 * authorizes.
 */
export type Wanted = { id: string; reach: Reach };

declare module '../../core/deps/deps.ts' {
  interface Deps {
    /** Loads credentials that the caller may open; returns undefined for any others. */
    loadCredentials: Batched<Wanted, StoredCredentials | undefined>;
  }
}

/* LATERAL keeps every plan at one index look-up per connection, whatever the planner believes of unnest. */
const statement = `
  SELECT c.*
  FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::boolean[])
    WITH ORDINALITY AS q(id, organization_id, reach, reach_only, position)
  LEFT JOIN LATERAL (
    SELECT ${credentialsColumns}
    FROM connection c
    JOIN project p ON p.id = c.project_id
    ${credentialsJoins}
    WHERE c.id = q.id AND p.organization_id = q.organization_id AND c.end_user_id IS NULL
      AND ${isReached('c.project_id')}
    LIMIT 1
  ) c ON true
  ORDER BY q.position`;

export async function loadManyCredentials(
  sql: Sql,
  wanted: readonly Wanted[],
): Promise<(StoredCredentials | undefined)[]> {
  const rows = await sql<CredentialsRow | { id: null }>('load-credentials', statement, [
    wanted.map(({ id }) => id),
    wanted.map(({ reach }) => reach.organizationId),
    ...reachColumns(wanted.map(({ reach }) => reach)),
  ]);
  return rows.map((row) => (row.id === null ? undefined : readCredentials(row)));
}
