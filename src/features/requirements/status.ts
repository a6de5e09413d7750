import { findConnectionType } from '../../core/catalog/catalog.ts';
import { missingScopes } from '../../oauth/consent/missing-scopes.ts';
import type { Batched } from '../../platform/db/batch.ts';
import type { ConnectionStatus, RequirementKind } from '../../platform/db/generated/enums.ts';
import type { Sql } from '../../platform/db/sql.ts';
import { readSpec } from './spec.ts';

/** A requirement of an app, for one of its users. Both must be of the same app. */
export type RequirementOfUser = { endUserId: string; requirementId: string };

/** How a user stands to a requirement. */
export type RequirementState = {
  status: 'completed' | 'pending';
  /** Null where the requirement is no more. */
  kind: RequirementKind | null;
  /** What the user linked for it, whether or not that fulfils it; null for nothing, or an account. */
  connection: LinkedConnection | null;
  /** The account that the user linked at Pipedream. */
  pipedreamAccountId: string | null;
};

export type LinkedConnection = {
  id: string;
  type: string;
  status: ConnectionStatus;
  /** Which scopes the requirement asks for and the provider did not grant. */
  missingScopes: string[];
};

declare module '../../core/deps/deps.ts' {
  interface Deps {
    /** Returns the state of a requirement for a user; pending where either of them is deleted. */
    loadRequirementState: Batched<RequirementOfUser, RequirementState>;
  }
}

/*
 * What {@link judge} must know; `r` is a requirement and `l` what a user linked for it. A connection
 * counts only as what it was brought for.
 */
export const linkColumns = `
  r.kind::text AS kind, r.spec, b.id AS "pipedreamAccountId", b.app_slug AS "appSlug",
  c.id AS "connectionId", c.type, c.status::text AS status,
  COALESCE(g.scopes, '{}') AS scopes, COALESCE(g.refreshable, false) AS refreshable`;

export const linkTables = `
  LEFT JOIN connection c ON c.id = l.connection_id
    AND c.end_user_id = l.end_user_id AND c.requirement_id = l.requirement_id
  LEFT JOIN oauth_grant g ON g.connection_id = c.id
  LEFT JOIN pipedream_account b ON b.id = l.pipedream_account_id`;

/** What {@link linkColumns} are. */
export type LinkRow = {
  kind: RequirementKind;
  spec: unknown;
  pipedreamAccountId: string | null;
  appSlug: string | null;
  scopes: string[];
  refreshable: boolean;
} & ({ connectionId: string; type: string; status: ConnectionStatus } | { connectionId: null });

const statement = `
  SELECT ${linkColumns}
  FROM unnest($1::uuid[], $2::uuid[])
    WITH ORDINALITY AS q(end_user_id, requirement_id, position)
  LEFT JOIN requirement r ON r.id = q.requirement_id
  LEFT JOIN end_user_link l
    ON l.end_user_id = q.end_user_id AND l.requirement_id = r.id
  ${linkTables}
  ORDER BY q.position`;

export async function loadRequirementStates(
  sql: Sql,
  pairs: readonly RequirementOfUser[],
): Promise<RequirementState[]> {
  const rows = await sql<LinkRow | { kind: null }>('load-requirement-states', statement, [
    pairs.map(({ endUserId }) => endUserId),
    pairs.map(({ requirementId }) => requirementId),
  ]);
  return rows.map((row) => (row.kind === null ? nothing : judge(row)));
}

const nothing: RequirementState = {
  status: 'pending',
  kind: null,
  connection: null,
  pipedreamAccountId: null,
};

/**
 * A requirement is completed while what was linked is what it asks for now: an active connection of
 * its type with its scopes, or an account at Pipedream for its app.
 */
export function judge(row: LinkRow): RequirementState {
  const spec = readSpec(row.kind, row.spec);
  const { kind, pipedreamAccountId } = row;
  if (spec.kind === 'pipedream_account') {
    const isFulfilled = pipedreamAccountId !== null && row.appSlug === spec.appSlug;
    return { ...nothing, kind, pipedreamAccountId, status: isFulfilled ? 'completed' : 'pending' };
  }
  if (row.connectionId === null) return { ...nothing, kind };
  const missing = missingScopes(findConnectionType(row.type), spec.scopes, row);
  const isFulfilled = row.status === 'active' && row.type === spec.type && missing.length === 0;
  return {
    status: isFulfilled ? 'completed' : 'pending',
    kind,
    connection: {
      id: row.connectionId,
      type: row.type,
      status: row.status,
      missingScopes: missing,
    },
    pipedreamAccountId: null,
  };
}
