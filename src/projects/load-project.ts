import { gather } from '../db/gather.ts';
import type { Project } from '../db/generated/client.ts';
import type { Sql } from '../db/sql.ts';
import { type Deps, perDeps } from '../deps.ts';
import { NotFoundError } from '../errors.ts';
import { type ProjectJson, projectColumns, projectFromJson } from './project-row.ts';

/** The project of something that the caller may see; what asks at the same time shares a statement. */
export async function requireProject(deps: Deps, id: string): Promise<Project> {
  const project = await loadProject(deps)(id);
  if (project === undefined) throw new NotFoundError('project'); // deleted in between
  return project;
}

const loadProject = perDeps((deps) =>
  gather((ids: readonly string[]) => loadTogether(deps.sql, ids), { max: 2_000 }),
);

const statement = `
  SELECT to_json(j) AS project
  FROM (SELECT ${projectColumns} FROM project p WHERE p.id = ANY($1::uuid[])) j`;

async function loadTogether(sql: Sql, ids: readonly string[]): Promise<(Project | undefined)[]> {
  const rows = await sql<{ project: ProjectJson }>('load-projects', statement, [[...new Set(ids)]]);
  const projects = new Map(rows.map(({ project }) => [project.id, projectFromJson(project)]));
  return ids.map((id) => projects.get(id));
}
