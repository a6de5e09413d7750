import type { Role } from '../../platform/db/generated/enums.ts';
import { ForbiddenError } from '../../platform/errors.ts';
import { includesRole, roleIn } from './project-scope.ts';
import { isPerson, type MemberViewer, type PersonRoles } from './viewer.ts';

/*
 * Nobody can create a key, token, user or role that has more permissions, more projects or a longer life
 * than their own credential. Otherwise a small role could raise itself.
 */

/** Fails with ForbiddenError unless the caller holds the given role in the whole organization. */
export function requireRoleEverywhere(viewer: MemberViewer, role: Role): void {
  requireRoles(viewer, { organizationRole: role, projectRoles: new Map() });
}

/** Fails with ForbiddenError if the caller holds less than the given roles in any project. */
export function requireRoles(viewer: MemberViewer, given: PersonRoles): void {
  const own = rolesOf(viewer);
  const places = [null, ...own.projectRoles.keys(), ...given.projectRoles.keys()];
  const isMore = places.some((place) => {
    const [held, wanted] = [roleIn(own, place), roleIn(given, place)];
    return wanted !== null && (held === null || !includesRole(held, wanted));
  });
  if (!isMore) return;
  throw new ForbiddenError(
    'This would give more than the credential has itself: a higher role, or more projects.',
  );
}

/** Fails with ForbiddenError if the new credential would outlive the caller's own. */
export function requireLife({ expiresAt: own }: MemberViewer, expiresAt: Date | null): void {
  if (own === null || (expiresAt !== null && expiresAt <= own)) return;
  throw new ForbiddenError(
    `A new credential must not outlive the one that creates it. Let it expire at ${own.toISOString()} or earlier.`,
  );
}

function rolesOf(viewer: MemberViewer): PersonRoles {
  if (isPerson(viewer)) return viewer;
  const { role, projectId } = viewer;
  if (projectId === null) return { organizationRole: role, projectRoles: new Map() };
  return { organizationRole: null, projectRoles: new Map([[projectId, role]]) };
}
