import type { TypeRegistry } from '../../core/catalog/type-registry.ts';
import type { Deps } from '../../core/deps/deps.ts';
import { missingScopes } from '../../oauth/consent/missing-scopes.ts';
import type { Batched } from '../../platform/db/batch.ts';
import type { ConnectionStatus, RequirementKind } from '../../platform/db/generated/enums.ts';
import { readSpec, requiredScopes } from './spec.ts';

/** A requirement and an end user of the same app. */
export type RequirementOfUser = { endUserId: string; requirementId: string };

/** The progress of an end user with a requirement. */
export type RequirementState = {
  status: 'completed' | 'pending';
  /** The kind of the requirement; null if it was deleted. */
  kind: RequirementKind | null;
  /**
   * The connection that the user linked, even if it does not fulfil the requirement; null for nothing, or
   * for an account.
   */
  connection: LinkedConnection | null;
  /** The account that the user linked at Pipedream. */
  pipedreamAccountId: string | null;
};

type LinkedConnection = {
  id: string;
  type: string;
  status: ConnectionStatus;
  /** The required scopes that the provider did not grant. */
  missingScopes: string[];
};

declare module '../../core/deps/deps.ts' {
  interface Deps {
    /** Returns the state of a requirement for a user; pending where either of them is deleted. */
    loadRequirementState: Batched<RequirementOfUser, RequirementState>;
  }
}

/*
 * The columns that {@link judgeLink} needs; `r` is a requirement and `l` the link of a user. A connection
 * counts only for the requirement for which it was created.
 */
export const linkColumns = `
  r.kind::text AS kind, r.spec, b.id AS "pipedreamAccountId", b.app_slug AS "appSlug",
  c.id AS "connectionId", c.type, c.custom_type_id AS "customTypeId", c.status::text AS status,
  COALESCE(g.scopes, '{}') AS scopes, COALESCE(g.refreshable, false) AS refreshable`;

export const linkTables = `
  LEFT JOIN connection c ON c.id = l.connection_id
    AND c.end_user_id = l.end_user_id AND c.requirement_id = l.requirement_id
  LEFT JOIN oauth_grant g ON g.connection_id = c.id
  LEFT JOIN pipedream_account b ON b.id = l.pipedream_account_id`;

/** The values of {@link linkColumns}. */
export type LinkRow = {
  kind: RequirementKind;
  spec: unknown;
  pipedreamAccountId: string | null;
  appSlug: string | null;
  scopes: string[];
  refreshable: boolean;
} & (
  | { connectionId: string; type: string; customTypeId: string | null; status: ConnectionStatus }
  | { connectionId: null }
);

const loadLinksStatement = `
  SELECT ${linkColumns}
  FROM unnest($1::uuid[], $2::uuid[])
    WITH ORDINALITY AS q(end_user_id, requirement_id, position)
  LEFT JOIN requirement r ON r.id = q.requirement_id
  LEFT JOIN end_user_link l
    ON l.end_user_id = q.end_user_id AND l.requirement_id = r.id
  ${linkTables}
  ORDER BY q.position`;

/** Loads the state of many requirements with one statement, in the order of `pairs`. */
export async function loadRequirementStates(
  { sql, connectionTypes }: Pick<Deps, 'sql' | 'connectionTypes'>,
  pairs: readonly RequirementOfUser[],
): Promise<RequirementState[]> {
  const rows = await sql<LinkRow | { kind: null }>('load-requirement-states', loadLinksStatement, [
    pairs.map(({ endUserId }) => endUserId),
    pairs.map(({ requirementId }) => requirementId),
  ]);
  return rows.map((row) => (row.kind === null ? nothingLinked : judgeLink(connectionTypes, row)));
}

const nothingLinked: RequirementState = {
  status: 'pending',
  kind: null,
  connection: null,
  pipedreamAccountId: null,
};

/**
 * Decides the status. A requirement is completed while the link is what it asks for now: an active
 * connection of its type with its scopes, or an account at Pipedream for its app.
 */
export function judgeLink(types: TypeRegistry, row: LinkRow): RequirementState {
  const spec = readSpec(row.kind, row.spec);
  const { kind, pipedreamAccountId } = row;
  if (spec.kind === 'pipedream_account') {
    const isFulfilled = pipedreamAccountId !== null && row.appSlug === spec.appSlug;
    return {
      ...nothingLinked,
      kind,
      pipedreamAccountId,
      status: isFulfilled ? 'completed' : 'pending',
    };
  }
  if (row.connectionId === null) return { ...nothingLinked, kind };
  const type = types.ofRow(row);
  const missing = missingScopes(type, requiredScopes(spec, type), row);
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
