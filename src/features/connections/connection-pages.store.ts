import {
  isInProjectScope,
  type ProjectScope,
  projectScopeColumns,
} from '../../core/access/project-scope.ts';
import type { Deps, LeanDeps } from '../../core/deps/deps.ts';
import { type Batched, batch } from '../../platform/db/batch.ts';
import type { ConnectionStatus, VerificationVerdict } from '../../platform/db/generated/enums.ts';
import type { PagePlan } from '../../platform/db/keyset.ts';
import type { Sql } from '../../platform/db/sql.ts';
import { firstId } from '../../platform/new-id.ts';
import { projectJson, readProjectJson } from '../projects/project-row.ts';
import {
  type ConnectionRow,
  type ListedColumns,
  listedColumns,
  toListedRow,
} from './connection-row.ts';

/*
 * The statements that list the connections of a project. Concurrent lists share one statement: each list is
 * a row of `q`. A filter that a list does not set is null in its row.
 */

/** The connections that a list selects, and the projects that its caller can reach. */
type WantedConnections = {
  projectScope: ProjectScope;
  projectId: string;
  type: string | undefined;
  status: ConnectionStatus | undefined;
  verdict: VerificationVerdict | undefined;
  /** A range of folded names: it includes `from` and excludes `to`. Undefined for all names. */
  names: { from: string; to: string } | undefined;
  withSystem: boolean;
};

/** A page of these connections. `withTotal` also counts all of them, which costs a scan of the project. */
type WantedPage = PagePlan<'createdAt'>['bounds'] & { withTotal: boolean };

/** The rows of a page. `total` is undefined if it was not wanted. */
type FoundConnections = { rows: ConnectionRow[]; total: number | undefined };

/** Loads a page of a project's connections. The page is empty if the caller cannot reach the project. */
export function loadConnectionPage(
  deps: Deps,
  wanted: WantedConnections,
  page: WantedPage,
): Promise<FoundConnections> {
  const { list, search } = deps.connectionPages;
  const loaders = wanted.names === undefined ? list : search;
  return loaders[page.order]({ wanted, page });
}

/** Counts a project's connections with the statement of the list, which also authorizes. */
export async function countConnections(deps: Deps, wanted: WantedConnections): Promise<number> {
  const { total } = await loadConnectionPage(deps, wanted, noRows);
  return total ?? 0;
}

const noRows: WantedPage = {
  order: 'desc',
  take: 0,
  skip: 0,
  after: undefined,
  before: undefined,
  withTotal: true,
};

/*
 * A search has a statement of its own. It reads the index of names, but every other list reads the index of
 * times, and a prepared statement keeps one plan.
 */
const anyName = 'true';
const withinNames = 'c.name_folded >= q.name_from AND c.name_folded < q.name_to';

const visibleProject = `
  project p ON p.id = q.project_id AND p.organization_id = q.organization_id AND ${isInProjectScope('p.id')}`;

function matchesFilter(names: string): string {
  return `
    c.end_user_id IS NULL AND (q.with_system OR NOT c.is_system)
    AND (q.type IS NULL OR c.type = q.type)
    AND (q.status IS NULL OR c.status = q.status::"ConnectionStatus")
    AND (q.verdict IS NULL OR c.verdict = q.verdict::"VerificationVerdict")
    AND ${names}`;
}

/* The least and the greatest UUID. With an infinite time they stand for a cursor that is not given. */
const lastId = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/*
 * The project of a list, and its total if it is wanted.
 *
 * The condition on the project is a range that begins and ends with one project. For an equality,
 * PostgreSQL expects as many rows as projects have on average. If another project has 66,000 connections,
 * it then reads the whole table to count 20 connections. Measured: 31 ms with the equality, 0.1 ms with the
 * range.
 */
function headSql(names: string): string {
  return `
    SELECT count(*)::int AS total, ${projectJson('p')}::text AS project FROM connection c
    WHERE q.with_total AND c.project_id BETWEEN p.id AND p.id AND ${matchesFilter(names)}`;
}

/*
 * The lateral joins run once for each list and keep the order of their rows. The time and the id of a
 * cursor are compared as one pair, which is a range of the index.
 */
function pageSql(names: string, order: 'ASC' | 'DESC'): string {
  return `
    SELECT q.position::int, head.*, found.*
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::boolean[], $5::text[], $6::text[],
        $7::boolean[], $8::text[], $9::text[], $10::int[], $11::int[], $12::boolean[],
        $13::timestamptz[], $14::uuid[], $15::timestamptz[], $16::uuid[], $17::text[])
      WITH ORDINALITY AS q(project_id, organization_id, project_scope, project_scope_only, type, status,
        with_system, name_from, name_to, take, skip, with_total,
        after_time, after_id, before_time, before_id, verdict, position)
    LEFT JOIN ${visibleProject}
    CROSS JOIN LATERAL (${headSql(names)}) head
    LEFT JOIN LATERAL (
      SELECT ${listedColumns}
      FROM connection c JOIN data_key k ON k.id = c.config_data_key_id
      WHERE c.project_id = p.id AND ${matchesFilter(names)}
        AND (c.created_at, c.id) < (COALESCE(q.after_time, 'infinity'), COALESCE(q.after_id, '${lastId}'))
        AND (c.created_at, c.id) > (COALESCE(q.before_time, '-infinity'), COALESCE(q.before_id, '${firstId}'))
      ORDER BY c.created_at ${order}, c.id ${order} LIMIT q.take OFFSET q.skip
    ) found ON true`;
}

const listSql = { desc: pageSql(anyName, 'DESC'), asc: pageSql(anyName, 'ASC') };
const searchSql = { desc: pageSql(withinNames, 'DESC'), asc: pageSql(withinNames, 'ASC') };

/**
 * Creates the batched statements that load a page. Each kind of list and each order has a statement of its
 * own, because its plan differs.
 */
export function createConnectionPages(deps: LeanDeps) {
  const loader = (name: string, text: string): Batched<AskedPage, FoundConnections> =>
    batch((asked) => loadPages(deps.sql, { name, text, asked }));
  return {
    list: {
      desc: loader('list-connections', listSql.desc),
      asc: loader('list-connections-backward', listSql.asc),
    },
    search: {
      desc: loader('search-connections', searchSql.desc),
      asc: loader('search-connections-backward', searchSql.asc),
    },
  };
}

declare module '../../core/deps/deps.ts' {
  interface Deps {
    connectionPages: ReturnType<typeof createConnectionPages>;
  }
}

type AskedPage = { wanted: WantedConnections; page: WantedPage };

/** A list without a connection still has one row, which holds its total. */
type PageColumns = { position: number; total: number; project: string } & (
  | ListedColumns
  | { id: null }
);

async function loadPages(
  sql: Sql,
  { name, text, asked }: { name: string; text: string; asked: readonly AskedPage[] },
): Promise<FoundConnections[]> {
  const rows = await sql<PageColumns>(name, text, [
    asked.map(({ wanted }) => wanted.projectId),
    asked.map(({ wanted }) => wanted.projectScope.organizationId),
    ...projectScopeColumns(asked.map(({ wanted }) => wanted.projectScope)),
    asked.map(({ wanted }) => wanted.type),
    asked.map(({ wanted }) => wanted.status),
    asked.map(({ wanted }) => wanted.withSystem),
    asked.map(({ wanted }) => wanted.names?.from),
    asked.map(({ wanted }) => wanted.names?.to),
    asked.map(({ page }) => page.take),
    asked.map(({ page }) => page.skip),
    asked.map(({ page }) => page.withTotal),
    asked.map(({ page }) => page.after?.time),
    asked.map(({ page }) => page.after?.id),
    asked.map(({ page }) => page.before?.time),
    asked.map(({ page }) => page.before?.id),
    asked.map(({ wanted }) => wanted.verdict),
  ]);
  const found = asked.map((): FoundConnections => ({ rows: [], total: undefined }));
  for (const row of rows) {
    const page = found[row.position - 1];
    if (page === undefined) continue;
    if (asked[row.position - 1]?.page.withTotal) page.total = row.total;
    if (row.id === null) continue;
    const project = page.rows[0]?.project ?? readProjectJson(JSON.parse(row.project));
    page.rows.push(toListedRow(row, project));
  }
  return found;
}
