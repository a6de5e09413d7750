import {
  isInProjectScope,
  projectScopeOf,
  projectScopeText,
} from '../../core/access/project-scope.ts';
import type { MemberViewer } from '../../core/access/viewer.ts';
import { insertEvent, noEvent } from '../../core/audit/audit.service.ts';
import type { ConnectionRow } from './connection-row.ts';
import type { EventValues, Writer } from './connections.store.ts';

/** The columns of a connection that deletions and changes of its references need. */
export type LockedConnection = Pick<
  ConnectionRow,
  'id' | 'projectId' | 'name' | 'type' | 'isSystem'
>;

/* Locks in the order of the ids, so that two callers who lock the same connections do not deadlock. */
const lockConnectionRowsSql = `
  SELECT c.id, c.project_id AS "projectId", c.name, c.type, c.is_system AS "isSystem"
  FROM (VALUES ($2::uuid, $3::text, $4::boolean)) AS q(organization_id, project_scope, project_scope_only)
  JOIN project p ON p.organization_id = q.organization_id AND ${isInProjectScope('p.id')}
  JOIN connection c ON c.project_id = p.id
  WHERE c.id = ANY($1::uuid[]) AND c.end_user_id IS NULL
  ORDER BY c.id FOR UPDATE OF c`;

/**
 * Locks the connections that the caller can reach until the transaction ends. In that time nobody deletes
 * them or adds a reference to them.
 */
export function lockConnectionRows(
  tx: Writer,
  viewer: MemberViewer,
  ids: readonly string[],
): Promise<LockedConnection[]> {
  const projectScope = projectScopeOf(viewer);
  return tx.$queryRawUnsafe<LockedConnection[]>(
    lockConnectionRowsSql,
    ids,
    projectScope.organizationId,
    projectScopeText(projectScope),
    projectScope.only,
  );
}

const deleteConnectionSql = `
  WITH deleted AS (DELETE FROM connection WHERE id = $1::uuid RETURNING id)
  ${insertEvent('deleted', 2)}`;

/** Deletes a locked connection with everything that belongs to it, and stores the audit event. */
export async function deleteConnectionRow(
  tx: Writer,
  id: string,
  event: EventValues,
): Promise<void> {
  await tx.$executeRawUnsafe(deleteConnectionSql, id, ...(event ?? noEvent));
}
