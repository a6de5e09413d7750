import { Role } from '../../platform/db/generated/enums.ts';
import { ForbiddenError, NotFoundError } from '../../platform/errors.ts';
import { isUuid } from '../../platform/input.ts';
import type { Deps } from '../deps/deps.ts';
import {
  isInProjectScope,
  limitToRole,
  projectScopeOf,
  projectScopeText,
} from './project-scope.ts';
import type { RequestContext } from './request-context.ts';
import { isPerson, type UserViewer } from './viewer.ts';

/**
 * Turns NotFoundError into ForbiddenError if the person knows the record but holds too small a role in its
 * project. Every other error stays as it is.
 */
export async function refusalOf(
  { deps, viewer, app }: RequestContext,
  args: object,
  error: unknown,
): Promise<unknown> {
  if (!isPerson(viewer) || viewer.requiredRole === Role.viewer) return error;
  if (!(error instanceof NotFoundError)) return error;
  const ids = idsIn([args, app?.id]);
  if (ids.length === 0 || !(await isKnown(deps, viewer, ids))) return error;
  return new ForbiddenError(
    `This requires the role ${viewer.requiredRole} in the project; you have a smaller one.`,
  );
}

/* All tables whose ids a caller can send, with the project of each row. */
const isKnownStatement = `
  SELECT EXISTS (
    SELECT FROM (
      SELECT id AS project_id FROM project WHERE id = ANY ($1::uuid[])
      UNION ALL SELECT project_id FROM connection WHERE id = ANY ($1::uuid[]) AND end_user_id IS NULL
      UNION ALL SELECT c.project_id FROM connection_reference f
        JOIN connection c ON c.id = f.connection_id WHERE f.id = ANY ($1::uuid[])
      UNION ALL SELECT project_id FROM access_key WHERE id = ANY ($1::uuid[])
      UNION ALL SELECT project_id FROM app WHERE id = ANY ($1::uuid[])
      UNION ALL SELECT a.project_id FROM requirement r JOIN app a ON a.id = r.app_id
        WHERE r.id = ANY ($1::uuid[])
    ) named
    JOIN project p ON p.id = named.project_id AND p.organization_id = $2::uuid
    CROSS JOIN (VALUES ($3::text, $4::boolean)) AS known(project_scope, project_scope_only)
    CROSS JOIN (VALUES ($5::text, $6::boolean)) AS held(project_scope, project_scope_only)
    WHERE ${isInProjectScope('p.id', 'known')} AND NOT ${isInProjectScope('p.id', 'held')}
  ) AS "isKnown"`;

async function isKnown({ sql }: Deps, viewer: UserViewer, ids: readonly string[]) {
  const known = projectScopeOf(limitToRole(viewer, Role.viewer));
  const held = projectScopeOf(viewer);
  const values = [
    ids,
    viewer.organizationId,
    projectScopeText(known),
    known.only,
    projectScopeText(held),
    held.only,
  ];
  const [row] = await sql<{ isKnown: boolean }>('is-known', isKnownStatement, values);
  return row?.isKnown === true;
}

function idsIn(value: unknown): string[] {
  if (typeof value === 'string') return isUuid(value) ? [value] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(idsIn) : [];
}
