import type { Prisma } from '../db/generated/client.ts';
import type { AccessKeyViewer } from './viewer.ts';

/*
 * One function a model: who calls → the `where` that every statement on it holds. Whatever it does
 * not match does not exist for the caller.
 */

export function visibleProjects(viewer: AccessKeyViewer) {
  return {
    organizationId: viewer.organizationId,
    ...(viewer.projectId !== null && { id: viewer.projectId }),
  } satisfies Prisma.ProjectWhereInput;
}

export function visibleConnections(viewer: AccessKeyViewer) {
  return {
    project: visibleProjects(viewer),
    endUserId: null,
  } satisfies Prisma.ConnectionWhereInput;
}

export function visibleApps(viewer: AccessKeyViewer) {
  return { project: visibleProjects(viewer) } satisfies Prisma.AppWhereInput;
}

export function visibleRequirements(viewer: AccessKeyViewer) {
  return { app: visibleApps(viewer) } satisfies Prisma.RequirementWhereInput;
}

export function visibleAccessKeys(viewer: AccessKeyViewer) {
  return {
    organizationId: viewer.organizationId,
    ...(viewer.projectId !== null && { projectId: viewer.projectId }),
  } satisfies Prisma.AccessKeyWhereInput;
}

export function visibleAuditEvents(viewer: AccessKeyViewer) {
  return {
    organizationId: viewer.organizationId,
    ...(viewer.projectId !== null && { projectId: viewer.projectId }),
  } satisfies Prisma.AuditEventWhereInput;
}
