import type { Project } from '../../platform/db/generated/client.ts';

/** Returns SQL that makes one JSON value of a project, beside the columns of other tables. */
export function projectJson(table: string): string {
  return `json_build_object('id', ${table}.id, 'organizationId', ${table}.organization_id,
    'name', ${table}.name, 'redirectUrls', COALESCE(${table}.redirect_urls, '{}'),
    'createdAt', ${table}.created_at)`;
}

/** The JSON value of {@link projectJson}. */
export type ProjectJson = Omit<Project, 'createdAt'> & { createdAt: string };

/** Converts the JSON value into a row. Only the time differs: JSON has no type for it. */
export function readProjectJson(json: ProjectJson): Project {
  return { ...json, createdAt: new Date(json.createdAt) };
}
