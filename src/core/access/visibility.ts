import type { Prisma } from '../../platform/db/generated/client.ts';
import { reachOf } from './reach.ts';
import type { MemberViewer } from './viewer.ts';

/*
 * One function a model: who calls → the `where` that every statement on it holds. Whatever it does
 * not match does not exist for the caller.
 */

export function visibleProjects(viewer: MemberViewer) {
  const { organizationId, only, projectIds } = reachOf(viewer);
  const ids = [...projectIds];
  return {
    organizationId,
    id: only ? { in: ids } : { notIn: ids },
  } satisfies Prisma.ProjectWhereInput;
}

export function visibleConnections(viewer: MemberViewer) {
  return {
    project: visibleProjects(viewer),
    endUserId: null,
  } satisfies Prisma.ConnectionWhereInput;
}

export function visibleApps(viewer: MemberViewer) {
  return { project: visibleProjects(viewer) } satisfies Prisma.AppWhereInput;
}

export function visibleRequirements(viewer: MemberViewer) {
  return { app: visibleApps(viewer) } satisfies Prisma.RequirementWhereInput;
}

export function visibleAccessKeys(viewer: MemberViewer) {
  return withProjectOrNone(viewer) satisfies Prisma.AccessKeyWhereInput;
}

export function visibleAuditEvents(viewer: MemberViewer) {
  return withProjectOrNone(viewer) satisfies Prisma.AuditEventWhereInput;
}

/* What belongs to no project is the whole organization's. */
function withProjectOrNone(viewer: MemberViewer) {
  const { organizationId, only, projectIds } = reachOf(viewer);
  const ids = [...projectIds];
  if (only) return { organizationId, projectId: { in: ids } };
  if (ids.length === 0) return { organizationId };
  return { organizationId, OR: [{ projectId: null }, { projectId: { notIn: ids } }] };
}
