import {
  isInProjectScope,
  type ProjectScope,
  projectScopeColumns,
} from '../../core/access/project-scope.ts';
import type { HostApp } from '../../core/access/request-context.ts';
import type { Deps } from '../../core/deps/deps.ts';
import type { Batched } from '../../platform/db/batch.ts';
import type { Sql } from '../../platform/db/sql.ts';
import { findHostnameProblem } from './app-hostname.ts';

/**
 * Finds the app of a host in its only spelling; null for a management host. Concurrent calls share a
 * statement, and a host that cannot belong to an app needs none.
 */
export async function findHostApp(deps: Deps, host: string): Promise<HostApp | null> {
  if (findHostnameProblem(deps.config, host) !== undefined) return null;
  const app = await deps.loadAppByHostname(host);
  if (app === undefined) return null;
  await deps.connectionTypes.bringUpToDate(app.organizationId, app.typesVersion);
  return app;
}

/** The id of an app, and the projects that the caller can reach. */
type WantedApp = { id: string; projectScope: ProjectScope };

declare module '../../core/deps/deps.ts' {
  interface Deps {
    loadVisibleApp: Batched<WantedApp, HostApp | undefined>;
    loadAppByHostname: Batched<string, HostApp | undefined>;
  }
}

const hostAppColumns = `a.id, p.organization_id AS "organizationId", a.project_id AS "projectId",
  a.visibility::text AS visibility,
  (SELECT o.types_version FROM organization o WHERE o.id = p.organization_id) AS "typesVersion"`;

const byHostname = `
  SELECT ${hostAppColumns}
  FROM unnest($1::text[]) WITH ORDINALITY AS q(hostname, position)
  LEFT JOIN (app a JOIN project p ON p.id = a.project_id) ON a.hostname = q.hostname
  ORDER BY q.position`;

const byId = `
  SELECT ${hostAppColumns}
  FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::boolean[])
    WITH ORDINALITY AS q(id, organization_id, project_scope, project_scope_only, position)
  LEFT JOIN (app a JOIN project p ON p.id = a.project_id)
    ON a.id = q.id AND p.organization_id = q.organization_id
    AND ${isInProjectScope('a.project_id')}
  ORDER BY q.position`;

/** A wanted app that was not found is a row of nulls, so that results keep the order of the calls. */
type HostAppRow = HostApp | { id: null };

/** Loads the apps of many hostnames with one statement, in the order of `hostnames`. */
export async function loadAppsByHostname(sql: Sql, hostnames: readonly string[]) {
  return (await sql<HostAppRow>('load-apps-by-hostname', byHostname, [hostnames])).map(readHostApp);
}

/** Loads many apps with one statement, each only if its caller can reach it. */
export async function loadVisibleApps(sql: Sql, wanted: readonly WantedApp[]) {
  const rows = await sql<HostAppRow>('load-visible-apps', byId, [
    wanted.map(({ id }) => id),
    wanted.map(({ projectScope }) => projectScope.organizationId),
    ...projectScopeColumns(wanted.map(({ projectScope }) => projectScope)),
  ]);
  return rows.map(readHostApp);
}

function readHostApp(row: HostAppRow): HostApp | undefined {
  return row.id === null ? undefined : row;
}
