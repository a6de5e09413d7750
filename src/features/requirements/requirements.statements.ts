import type { Deps } from '../../core/deps/deps.ts';
import type { Batched } from '../../platform/db/batch.ts';
import type { Requirement } from '../../platform/db/generated/client.ts';
import {
  judgeLink,
  type LinkRow,
  linkColumns,
  linkTables,
  type RequirementState,
} from './status.ts';

/** An end user by the id that the app gives them. The user need not exist yet. */
export type NamedUser = { appId: string; userId: string };

export type RequirementWithState = { requirement: Requirement; state: RequirementState };

declare module '../../core/deps/deps.ts' {
  interface Deps {
    /** Returns all requirements of an app, oldest first, with their state for one of its users. */
    loadRequirementsOfUser: Batched<NamedUser, RequirementWithState[]>;
  }
}

/* A subselect builds the list of each user as JSON, so that one statement serves many users. */
const loadRequirementsStatement = `
  SELECT (SELECT json_agg(j) FROM (
    SELECT r.id, r.app_id, r.name, r.title, r.titles, r.description, r.descriptions, r.workflow_id, r.custom_type_id,
      r.created_at, ${linkColumns}
    FROM requirement r
    LEFT JOIN end_user u ON u.app_id = r.app_id AND u.user_id = q.user_id
    LEFT JOIN end_user_link l ON l.end_user_id = u.id AND l.requirement_id = r.id
    ${linkTables}
    WHERE r.app_id = q.app_id
    ORDER BY r.created_at, r.id
  ) j) AS rows
  FROM unnest($1::uuid[], $2::text[]) WITH ORDINALITY AS q(app_id, user_id, position)
  ORDER BY q.position`;

type RequirementJson = LinkRow & {
  id: string;
  app_id: string;
  name: string;
  title: string;
  titles: Requirement['titles'];
  description: string | null;
  descriptions: Requirement['descriptions'];
  workflow_id: string | null;
  custom_type_id: string | null;
  created_at: string;
};

/** Loads the requirements of many users with one statement, in the order of `users`. */
export async function loadRequirementsOfUsers(
  { sql, connectionTypes }: Pick<Deps, 'sql' | 'connectionTypes'>,
  users: readonly NamedUser[],
): Promise<RequirementWithState[][]> {
  const found = await sql<{ rows: RequirementJson[] | null }>(
    'load-requirements-of-users',
    loadRequirementsStatement,
    [users.map(({ appId }) => appId), users.map(({ userId }) => userId)],
  );
  return found.map(({ rows }) =>
    (rows ?? []).map((row) => ({
      requirement: requirementFromJson(row),
      state: judgeLink(connectionTypes, row),
    })),
  );
}

/** Converts a row that was read as JSON, where the time is a text. */
function requirementFromJson(json: RequirementJson): Requirement {
  const { id, name, kind, title, titles, description, descriptions, spec } = json;
  return {
    id,
    name,
    kind,
    title,
    titles,
    description,
    descriptions,
    spec: spec as Requirement['spec'], // a column of JSON, read as JSON
    appId: json.app_id,
    workflowId: json.workflow_id,
    customTypeId: json.custom_type_id,
    createdAt: new Date(json.created_at),
  };
}
