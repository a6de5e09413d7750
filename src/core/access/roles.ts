import { AppVisibility, type Role } from '../../platform/db/generated/enums.ts';
import { ForbiddenError, UnauthenticatedError } from '../../platform/errors.ts';
import { includesRole } from './includes-role.ts';
import { roleIn } from './reach.ts';
import type { HostApp } from './request-context.ts';
import {
  type ConnectTokenViewer,
  isPerson,
  type MemberViewer,
  type UserViewer,
  type Viewer,
} from './viewer.ts';

/** Narrows to a viewer that may hold roles; whoever sent no credential is asked for one. */
export function requireMember(viewer: Viewer): MemberViewer {
  if (viewer.kind === 'anonymous') throw new UnauthenticatedError();
  if (viewer.kind === 'connect_token') {
    throw new ForbiddenError('A connect token reaches only what its own user brings.');
  }
  return viewer;
}

/** Narrows to an end user with a connect token. */
export function requireEndUser(viewer: Viewer): ConnectTokenViewer {
  if (viewer.kind === 'anonymous') throw new UnauthenticatedError();
  if (viewer.kind !== 'connect_token') {
    throw new ForbiddenError('This takes a connect token: it is for end users themselves.');
  }
  return viewer;
}

/**
 * Refuses a viewer that holds less than `needed` wherever they are known. A person who has roles in
 * single projects alone passes: what they may not know of is not found.
 */
export function requireRole(viewer: Viewer, needed: Role): MemberViewer {
  const member = requireMember(viewer);
  if (member.kind === 'access_key') requireIncluded(member.role, needed);
  else if (!holdsSomewhere(member, needed)) requireIncluded(member.organizationRole, needed);
  return member;
}

/** Refuses a viewer that is not of the whole organization: what follows concerns it. */
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

/** Refuses a viewer that holds less than `needed`, unless they call on the hostname of a public app. */
export function requireAppCaller(viewer: Viewer, app: HostApp | null, needed: Role): true {
  const isOpen = viewer.kind === 'anonymous' && app?.visibility === AppVisibility.public;
  if (!isOpen) requireRole(viewer, needed);
  return true;
}

/** Refuses a viewer whose role in a project that they know of is less than `needed`. */
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
  throw new ForbiddenError(`This takes the role ${needed}; ${whose}.`);
}
