import { Role } from '../db/generated/enums.ts';
import { ForbiddenError, UnauthenticatedError } from '../errors.ts';
import type { AccessKeyViewer, ConnectTokenViewer, Viewer } from './viewer.ts';

const order: readonly Role[] = [Role.viewer, Role.runtime, Role.editor, Role.admin];

/** Whether `role` may all that `needed` may. */
export function includesRole(role: Role, needed: Role): boolean {
  return order.indexOf(role) >= order.indexOf(needed);
}

/** Narrows to a viewer that holds a role; whoever sent no credential is asked for one. */
export function requireMember(viewer: Viewer): AccessKeyViewer {
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

/** Refuses a viewer whose role is less than `needed`. */
export function requireRole(viewer: Viewer, needed: Role): AccessKeyViewer {
  const member = requireMember(viewer);
  if (!includesRole(member.role, needed)) {
    throw new ForbiddenError(`This takes the role ${needed}; the credential's is ${member.role}.`);
  }
  return member;
}

/** Refuses a viewer that is bound to one project: what follows concerns the organization. */
export function requireOrganization(viewer: Viewer, needed: Role): AccessKeyViewer {
  const member = requireRole(viewer, needed);
  if (member.projectId !== null) {
    throw new ForbiddenError(
      'This concerns the whole organization; the credential is bound to one project.',
    );
  }
  return member;
}
