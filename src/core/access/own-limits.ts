import type { Role } from '../../platform/db/generated/enums.ts';
import { ForbiddenError } from '../../platform/errors.ts';
import { includesRole } from './includes-role.ts';
import { roleIn } from './reach.ts';
import { isPerson, type MemberViewer, type PersonRoles } from './viewer.ts';

/* Nobody creates a key, token, user or role with more role, scope or life than their own. */

/** Refuses to give a role in the whole organization that the caller does not hold in all of it. */
export function requireRoleEverywhere(viewer: MemberViewer, role: Role): void {
  requireRoles(viewer, { organizationRole: role, projectRoles: new Map() });
}

/** Refuses to give a person's roles where the caller holds less in any project. */
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

/** Refuses to make what outlives the caller's credential. */
export function requireLife({ expiresAt: own }: MemberViewer, expiresAt: Date | null): void {
  if (own === null || (expiresAt !== null && expiresAt <= own)) return;
  throw new ForbiddenError(
    `What this credential makes must expire no later than itself: ${own.toISOString()}.`,
  );
}

function rolesOf(viewer: MemberViewer): PersonRoles {
  if (isPerson(viewer)) return viewer;
  const { role, projectId } = viewer;
  if (projectId === null) return { organizationRole: role, projectRoles: new Map() };
  return { organizationRole: null, projectRoles: new Map([[projectId, role]]) };
}
