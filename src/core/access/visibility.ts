import type { Prisma } from '../../platform/db/generated/client.ts';
import { projectScopeOf } from './project-scope.ts';
import type { MemberViewer } from './viewer.ts';

/*
 * One function per model returns the `where` for a caller. Every statement on the model contains it, so
 * that a row outside it looks as if it did not exist.
 */

export function visibleProjects(viewer: MemberViewer) {
  const { organizationId, only, projectIds } = projectScopeOf(viewer);
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

/* Rows without a project belong to the whole organization. */
function withProjectOrNone(viewer: MemberViewer) {
  const { organizationId, only, projectIds } = projectScopeOf(viewer);
  const ids = [...projectIds];
  if (only) return { organizationId, projectId: { in: ids } };
  if (ids.length === 0) return { organizationId };
  return { organizationId, OR: [{ projectId: null }, { projectId: { notIn: ids } }] };
}
