import { gather } from '../db/gather.ts';
import type { Project } from '../db/generated/client.ts';
import type { Sql } from '../db/sql.ts';
import { perDeps } from '../deps.ts';

/** The project of something that the caller may see; what asks at the same time shares a statement. */
export const loadProject = perDeps((deps) =>
  gather((ids: readonly string[]) => loadTogether(deps.sql, ids), { max: 2_000 }),
);

const statement = `
  SELECT id, organization_id AS "organizationId", name, COALESCE(redirect_urls, '{}') AS "redirectUrls",
    created_at AS "createdAt"
  FROM project WHERE id = ANY($1::uuid[])`;

async function loadTogether(sql: Sql, ids: readonly string[]): Promise<(Project | undefined)[]> {
  const rows = await sql<Project>('load-projects', statement, [[...new Set(ids)]]);
  const projects = new Map(rows.map((project) => [project.id, project]));
  return ids.map((id) => projects.get(id));
}
