import type { Role } from '../../platform/db/generated/enums.ts';
import { includesRole } from './includes-role.ts';
import type { MemberViewer, PersonRoles, UserViewer } from './viewer.ts';

/** Projects of an organization: those that are listed and no other, or all but those. */
export type Reach = {
  organizationId: string;
  only: boolean;
  projectIds: readonly string[];
};

/** Where a caller may do what is asked for. Whatever lies elsewhere does not exist for them. */
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

/** The same person, who reaches only where they hold the role. */
export function holding(viewer: UserViewer, role: Role): UserViewer {
  return { ...viewer, holding: role };
}

/** A person's role in a project, or with null in what belongs to none; null when they have none. */
export function roleIn({ organizationRole, projectRoles }: PersonRoles, projectId: string | null) {
  return (projectId === null ? undefined : projectRoles.get(projectId)) ?? organizationRole;
}

/** The one project that a caller is bound to; null for whoever may reach several. */
export function boundProject(viewer: MemberViewer): string | null {
  return viewer.kind === 'access_key' ? viewer.projectId : null;
}

/**
 * The listed projects of a call in a batched statement, where no row has an array of its own: the text
 * of a `uuid[]`, null where the whole organization is reached.
 */
export function reachText({ only, projectIds }: Reach): string | null {
  return !only && projectIds.length === 0 ? null : `{${projectIds.join(',')}}`;
}

/** The columns `reach` and `reach_only` of such a statement. */
export function reachColumns(reaches: readonly Reach[]): [(string | null)[], boolean[]] {
  return [reaches.map(reachText), reaches.map(({ only }) => only)];
}

/** The condition that a project is within the reach that these columns of `q` hold. */
export function isReached(projectId: string, q = 'q'): string {
  return `(${q}.reach IS NULL OR (${projectId} = ANY (${q}.reach::uuid[])) = ${q}.reach_only)`;
}
