import {
  isInProjectScope,
  type ProjectScope,
  projectScopeColumns,
} from '../../core/access/project-scope.ts';
import {
  readStoredConfig,
  type StoredConfig,
  type StoredConfigColumns,
  storedConfigColumns,
  storedConfigJoins,
} from '../../core/connection-config/stored-config.ts';
import { type Grant, type GrantRow, grantColumns, readGrant } from '../../oauth/refresh/grant.ts';
import type { Batched } from '../../platform/db/batch.ts';
import type { ConnectionStatus } from '../../platform/db/generated/enums.ts';
import type { Sql } from '../../platform/db/sql.ts';

/** A connection with both halves of its config and its grant. All of them are still sealed. */
export type StoredCredentials = StoredConfig & {
  id: string;
  organizationId: string;
  projectId: string;
  status: ConnectionStatus;
  isSystem: boolean;
  /** The tokens of the provider; null for a type that is not OAuth, and before the first consent. */
  grant: Grant | null;
};

/** The columns of {@link CredentialsRow}: of a connection `c`, its project `p` and {@link credentialsJoins}. */
export const credentialsColumns = `
  c.id, p.organization_id AS "organizationId", c.project_id AS "projectId",
  c.status::text AS status, c.is_system AS "isSystem", ${storedConfigColumns}, ${grantColumns}`;

/** The joins to the tables that hold the secrets of a connection `c`. */
export const credentialsJoins = `
  ${storedConfigJoins}
  LEFT JOIN oauth_grant g ON g.connection_id = c.id
  LEFT JOIN data_key tk ON tk.id = g.tokens_data_key_id`;

/** A row that was selected with {@link credentialsColumns}. */
export type CredentialsRow = Omit<StoredCredentials, keyof StoredConfig | 'grant'> &
  StoredConfigColumns &
  GrantRow;

/** Converts a row that was selected with {@link credentialsColumns}. It opens nothing. */
export function readCredentials(row: CredentialsRow): StoredCredentials {
  return {
    id: row.id,
    organizationId: row.organizationId,
    projectId: row.projectId,
    status: row.status,
    isSystem: row.isSystem,
    ...readStoredConfig(row),
    grant: readGrant(row),
  };
}

/**
 * The id of a connection, and the projects that the caller can reach: the values by which the statement
 * authorizes.
 */
type Wanted = { id: string; projectScope: ProjectScope };

declare module '../../core/deps/deps.ts' {
  interface Deps {
    /** Loads credentials that the caller may open; returns undefined for any others. */
    loadCredentials: Batched<Wanted, StoredCredentials | undefined>;
  }
}

/*
 * LATERAL with LIMIT makes the planner use one index look-up for each connection. It does not know how many
 * rows unnest returns, and could otherwise decide to read the whole table.
 */
const loadCredentialsStatement = `
  SELECT c.*
  FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::boolean[])
    WITH ORDINALITY AS q(id, organization_id, project_scope, project_scope_only, position)
  LEFT JOIN LATERAL (
    SELECT ${credentialsColumns}
    FROM connection c
    JOIN project p ON p.id = c.project_id
    ${credentialsJoins}
    WHERE c.id = q.id AND p.organization_id = q.organization_id AND c.end_user_id IS NULL
      AND ${isInProjectScope('c.project_id')}
    LIMIT 1
  ) c ON true
  ORDER BY q.position`;

/** Loads the credentials of many calls with one statement, each only if its caller can reach them. */
export async function loadManyCredentials(
  sql: Sql,
  wanted: readonly Wanted[],
): Promise<(StoredCredentials | undefined)[]> {
  const rows = await sql<CredentialsRow | { id: null }>(
    'load-credentials',
    loadCredentialsStatement,
    [
      wanted.map(({ id }) => id),
      wanted.map(({ projectScope }) => projectScope.organizationId),
      ...projectScopeColumns(wanted.map(({ projectScope }) => projectScope)),
    ],
  );
  return rows.map((row) => (row.id === null ? undefined : readCredentials(row)));
}
