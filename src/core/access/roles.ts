import { AppVisibility, type Role } from '../../platform/db/generated/enums.ts';
import { ForbiddenError, UnauthenticatedError } from '../../platform/errors.ts';
import { includesRole, roleIn } from './project-scope.ts';
import type { HostApp } from './request-context.ts';
import {
  type ConnectTokenViewer,
  isPerson,
  type MemberViewer,
  type UserViewer,
  type Viewer,
} from './viewer.ts';

/**
 * Returns the caller if they can hold roles. Fails with UnauthenticatedError without a credential.
 */
export function requireMember(viewer: Viewer): MemberViewer {
  if (viewer.kind === 'anonymous') throw new UnauthenticatedError();
  if (viewer.kind === 'connect_token') {
    throw new ForbiddenError(
      'A connect token can reach only the data of its own end user. Use an access key or a personal access token.',
    );
  }
  return viewer;
}

/** Returns the caller if they sent a connect token. */
export function requireEndUser(viewer: Viewer): ConnectTokenViewer {
  if (viewer.kind === 'anonymous') throw new UnauthenticatedError();
  if (viewer.kind !== 'connect_token') {
    throw new ForbiddenError('This operation is for end users. Send a connect token.');
  }
  return viewer;
}

/**
 * Fails with ForbiddenError if the caller holds less than `needed` everywhere. A person who has roles only
 * in single projects passes: the statement itself then finds nothing outside those projects.
 */
export function requireRole(viewer: Viewer, needed: Role): MemberViewer {
  const member = requireMember(viewer);
  if (member.kind === 'access_key') requireIncluded(member.role, needed);
  else if (!holdsSomewhere(member, needed)) requireIncluded(member.organizationRole, needed);
  return member;
}

/** Fails with ForbiddenError unless the caller belongs to the whole organization. */
export function requireOrganization(viewer: Viewer, needed: Role): MemberViewer {
  const member = requireMember(viewer);
  if (isPerson(member)) {
    requireIncluded(member.organizationRole, needed);
    return member;
  }
  requireIncluded(member.role, needed);
  if (member.projectId !== null) {
    throw new ForbiddenError(
      'This concerns the whole organization; the credential is bound to one project.',
    );
  }
  return member;
}

/**
 * Fails if the caller holds less than `needed`, unless the request arrived on the hostname of a public
 * app.
 */
export function requireAppCaller(viewer: Viewer, app: HostApp | null, needed: Role): true {
  const isOpen = viewer.kind === 'anonymous' && app?.visibility === AppVisibility.public;
  if (!isOpen) requireRole(viewer, needed);
  return true;
}

/** Fails with ForbiddenError if the caller knows the project but holds less than `needed` in it. */
export function requireRoleIn(viewer: Viewer, projectId: string, needed: Role): MemberViewer {
  const member = requireMember(viewer);
  requireIncluded(member.kind === 'access_key' ? member.role : roleIn(member, projectId), needed);
  return member;
}

function holdsSomewhere({ organizationRole, projectRoles }: UserViewer, needed: Role): boolean {
  if (organizationRole === null) return true;
  return [...projectRoles.values()].some((role) => includesRole(role, needed));
}

function requireIncluded(role: Role | null, needed: Role): void {
  if (role !== null && includesRole(role, needed)) return;
  const whose = role === null ? 'there is none in the organization' : `the credential's is ${role}`;
  throw new ForbiddenError(`This requires the role ${needed}; ${whose}.`);
}
