import type { Batched } from '../../platform/db/batch.ts';
import { Role } from '../../platform/db/generated/enums.ts';
import type { Sql } from '../../platform/db/sql.ts';
import type { UserViewer } from './viewer.ts';

declare module '../deps/deps.ts' {
  interface Deps {
    /** Returns the owner of the personal access token with this digest, with their current roles. */
    findUser: Batched<Buffer, UserViewer | undefined>;
  }
}

/** The columns of a person `u` that every caller needs. */
export const personColumns = `
  u.id AS "userId", u.name, u.organization_id AS "organizationId",
  (SELECT o.types_version FROM organization o WHERE o.id = u.organization_id) AS "typesVersion",
  u.role::text AS "organizationRole",
  (SELECT json_object_agg(m.project_id, m.role) FROM membership m WHERE m.user_id = u.id)
    AS "projectRoles"`;

/** The columns {@link personColumns}, and those of the credential that the person sent. */
export type PersonRow = Omit<UserViewer, 'kind' | 'requiredRole' | 'projectRoles'> & {
  projectRoles: Record<string, Role> | null;
};

export function personViewer(
  kind: UserViewer['kind'],
  { projectRoles, ...row }: PersonRow,
): UserViewer {
  const roles = new Map(Object.entries(projectRoles ?? {}));
  return { kind, ...row, projectRoles: roles, requiredRole: Role.viewer };
}

const findPersonalTokenStatement = `
  SELECT t.id, t.expires_at AS "expiresAt", ${personColumns}
  FROM unnest($1::bytea[]) WITH ORDINALITY AS q(digest, position)
  LEFT JOIN (personal_access_token t JOIN user_account u ON u.id = t.user_id)
    ON t.digest = q.digest AND t.revoked_at IS NULL
    AND (t.expires_at IS NULL OR t.expires_at > now())
  ORDER BY q.position`;

export async function findUsers(
  sql: Sql,
  digests: readonly Buffer[],
): Promise<(UserViewer | undefined)[]> {
  const rows = await sql<PersonRow | { id: null }>(
    'authenticate-user',
    findPersonalTokenStatement,
    [digests],
  );
  return rows.map((row) =>
    row.id === null ? undefined : personViewer('personal_access_token', row),
  );
}
