import { Role } from '../../platform/db/generated/enums.ts';
import type { MemberViewer, PersonRoles, UserViewer } from './viewer.ts';

const order: readonly Role[] = [Role.viewer, Role.runtime, Role.editor, Role.admin];

/** Whether `role` includes all permissions of `needed`. */
export function includesRole(role: Role, needed: Role): boolean {
  return order.indexOf(role) >= order.indexOf(needed);
}

/** A set of projects of an organization: only the listed ones, or all except the listed ones. */
export type Reach = {
  organizationId: string;
  only: boolean;
  projectIds: readonly string[];
};

/**
 * Returns the projects in which the caller can do what they ask for. Everything outside looks as if it did
 * not exist.
 */
export function reachOf(viewer: MemberViewer): Reach {
  const { organizationId } = viewer;
  if (viewer.kind === 'access_key') {
    const { projectId } = viewer;
    return { organizationId, only: projectId !== null, projectIds: projectId ? [projectId] : [] };
  }
  const { organizationRole, projectRoles, holding } = viewer;
  const only = organizationRole === null || !includesRole(organizationRole, holding);
  const others = [...projectRoles].filter(([, role]) => includesRole(role, holding) === only);
  return { organizationId, only, projectIds: others.map(([id]) => id) };
}

/** Returns the same person, limited to the projects in which they hold the role. */
export function holding(viewer: UserViewer, role: Role): UserViewer {
  return { ...viewer, holding: role };
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
export function reachText({ only, projectIds }: Reach): string | null {
  return !only && projectIds.length === 0 ? null : `{${projectIds.join(',')}}`;
}

/** The columns `reach` and `reach_only` of a batched statement. */
export function reachColumns(reaches: readonly Reach[]): [(string | null)[], boolean[]] {
  return [reaches.map(reachText), reaches.map(({ only }) => only)];
}

/** Returns the SQL condition that a project is within the reach of the columns of `q`. */
export function isReached(projectId: string, q = 'q'): string {
  return `(${q}.reach IS NULL OR (${projectId} = ANY (${q}.reach::uuid[])) = ${q}.reach_only)`;
}
