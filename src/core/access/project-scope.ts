import { Role } from '../../platform/db/generated/enums.ts';
import type { MemberViewer, PersonRoles, UserViewer } from './viewer.ts';

const order: readonly Role[] = [Role.viewer, Role.caller, Role.runtime, Role.editor, Role.admin];

/** Whether `role` includes all permissions of `needed`. */
export function includesRole(role: Role, needed: Role): boolean {
  return order.indexOf(role) >= order.indexOf(needed);
}

/** A set of projects of an organization: only the listed ones, or all except the listed ones. */
export type ProjectScope = {
  organizationId: string;
  only: boolean;
  projectIds: readonly string[];
};

/**
 * Returns the projects in which the caller can do what they ask for. Everything outside looks as if it did
 * not exist.
 */
export function projectScopeOf(viewer: MemberViewer): ProjectScope {
  const { organizationId } = viewer;
  if (viewer.kind === 'access_key') {
    const { projectId } = viewer;
    return { organizationId, only: projectId !== null, projectIds: projectId ? [projectId] : [] };
  }
  const { organizationRole, projectRoles, requiredRole } = viewer;
  const only = organizationRole === null || !includesRole(organizationRole, requiredRole);
  const others = [...projectRoles].filter(([, role]) => includesRole(role, requiredRole) === only);
  return { organizationId, only, projectIds: others.map(([id]) => id) };
}

/** Returns the same person, limited to the projects in which they hold the role. */
export function limitToRole(viewer: UserViewer, role: Role): UserViewer {
  return { ...viewer, requiredRole: role };
}

/**
 * Returns the role of a person in a project or, for null, in what belongs to no project; null if they have
 * none.
 */
export function roleIn({ organizationRole, projectRoles }: PersonRoles, projectId: string | null) {
  return (projectId === null ? undefined : projectRoles.get(projectId)) ?? organizationRole;
}

/** The one project that a caller can reach; null if they can reach several. */
export function boundProject(viewer: MemberViewer): string | null {
  return viewer.kind === 'access_key' ? viewer.projectId : null;
}

/**
 * Returns the listed projects of one call as the text of a `uuid[]`; null if the whole organization is
 * reached. A batched statement takes arrays of values, so a call in it cannot pass an array of its own.
 */
export function projectScopeText({ only, projectIds }: ProjectScope): string | null {
  return !only && projectIds.length === 0 ? null : `{${projectIds.join(',')}}`;
}

/** The columns `project_scope` and `project_scope_only` of a batched statement. */
export function projectScopeColumns(
  reaches: readonly ProjectScope[],
): [(string | null)[], boolean[]] {
  return [reaches.map(projectScopeText), reaches.map(({ only }) => only)];
}

/** Returns the SQL condition that a project is within the reach of the columns of `q`. */
export function isInProjectScope(projectId: string, q = 'q'): string {
  return `(${q}.project_scope IS NULL OR (${projectId} = ANY (${q}.project_scope::uuid[])) = ${q}.project_scope_only)`;
}
