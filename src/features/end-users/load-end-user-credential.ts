import {
  isInProjectScope,
  type ProjectScope,
  projectScopeColumns,
} from '../../core/access/project-scope.ts';
import type { JsonObject } from '../../core/catalog/json.ts';
import type { Batched } from '../../platform/db/batch.ts';
import type { RequirementKind } from '../../platform/db/generated/enums.ts';
import type { Sql } from '../../platform/db/sql.ts';
import {
  type CredentialsRow,
  credentialsColumns,
  credentialsJoins,
  readCredentials,
  type StoredCredentials,
} from '../connections/stored-credentials.ts';

/**
 * The app, user and requirement of a link, and the projects that the caller can reach: the values by which
 * the statement authorizes.
 */
type WantedOfUser = {
  requirementId: string;
  appId: string;
  userId: string;
  projectScope: ProjectScope;
};

/** A requirement with the link of one user, if there is one. */
export type EndUserCredential = {
  kind: RequirementKind;
  title: string;
  spec: JsonObject;
  projectId: string;
  connection: StoredCredentials | null;
  account: PipedreamAccount | null;
};

export type PipedreamAccount = { id: string; appSlug: string; externalUserId: string };

declare module '../../core/deps/deps.ts' {
  interface Deps {
    /** Loads by app, user and requirement; returns undefined when there is no such requirement. */
    loadEndUserCredential: Batched<WantedOfUser, EndUserCredential | undefined>;
  }
}

const loadEndUserCredentialsStatement = `
  SELECT c.*
  FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::boolean[])
    WITH ORDINALITY
    AS q(requirement_id, app_id, user_id, organization_id, project_scope, project_scope_only, position)
  LEFT JOIN LATERAL (
    SELECT r.kind::text AS kind, r.title, r.spec, a.project_id AS "ofProjectId",
      b.id AS "accountId", b.app_slug AS "appSlug", b.external_user_id AS "externalUserId",
      ${credentialsColumns}
    FROM requirement r
    JOIN app a ON a.id = r.app_id
    JOIN project p ON p.id = a.project_id
    LEFT JOIN end_user u ON u.app_id = a.id AND u.user_id = q.user_id
    LEFT JOIN end_user_link l ON l.end_user_id = u.id AND l.requirement_id = r.id
    LEFT JOIN pipedream_account b ON b.id = l.pipedream_account_id
    LEFT JOIN connection c ON c.id = l.connection_id
    ${credentialsJoins}
    WHERE r.id = q.requirement_id AND a.id = q.app_id AND p.organization_id = q.organization_id
      AND ${isInProjectScope('a.project_id')}
    LIMIT 1
  ) c ON true
  ORDER BY q.position`;

type RequirementRow = {
  kind: RequirementKind;
  title: string;
  spec: JsonObject;
  ofProjectId: string;
};
type AccountRow =
  | { accountId: string; appSlug: string; externalUserId: string }
  | { accountId: null };
type EndUserCredentialRow = RequirementRow & AccountRow & (CredentialsRow | { id: null });

export async function loadEndUserCredentials(
  sql: Sql,
  wanted: readonly WantedOfUser[],
): Promise<(EndUserCredential | undefined)[]> {
  const rows = await sql<EndUserCredentialRow | { kind: null }>(
    'load-end-user-credentials',
    loadEndUserCredentialsStatement,
    [
      wanted.map(({ requirementId }) => requirementId),
      wanted.map(({ appId }) => appId),
      wanted.map(({ userId }) => userId),
      wanted.map(({ projectScope }) => projectScope.organizationId),
      ...projectScopeColumns(wanted.map(({ projectScope }) => projectScope)),
    ],
  );
  return rows.map((row) => (row.kind === null ? undefined : endUserCredentialFromRow(row)));
}

function endUserCredentialFromRow(row: EndUserCredentialRow): EndUserCredential {
  const { kind, title, spec, ofProjectId: projectId } = row;
  const connection = row.id === null ? null : readCredentials(row);
  return { kind, title, spec, projectId, connection, account: pipedreamAccountOf(row) };
}

function pipedreamAccountOf(row: AccountRow): PipedreamAccount | null {
  if (row.accountId === null) return null;
  return { id: row.accountId, appSlug: row.appSlug, externalUserId: row.externalUserId };
}
