import type { Sql } from '../../platform/db/sql.ts';
import { newId } from '../../platform/new-id.ts';
import type { JsonObject } from '../catalog/json.ts';

/**
 * The actor of everything that the command-line tool does. The server cannot know which person runs it.
 */
export const operator = 'operator';

const concerned = `
  SELECT id FROM organization
  WHERE $1::uuid IS NULL OR id = (SELECT organization_id FROM project WHERE id = $1::uuid)`;

const recordCommandStatement = `
  INSERT INTO audit_event (id, action, actor, organization_id, project_id, request_id, detail)
  SELECT e.id, $3, $4, e.organization_id, $5::uuid, 'patchbay', $6::jsonb
  FROM unnest($1::uuid[], $2::uuid[]) AS e(id, organization_id)`;

/** An action of the command-line tool, for one project or for all. */
type DoneByCommand = {
  action: 'key.rotate' | 'transfer.export' | 'transfer.import';
  detail: JsonObject;
  projectId?: string | null;
};

/** Records an action of the command-line tool in every organization that it concerns. */
export async function recordCommand(
  sql: Sql,
  { action, detail, projectId = null }: DoneByCommand,
): Promise<void> {
  const rows = await sql<{ id: string }>('organizations-concerned', concerned, [projectId]);
  const organizations = rows.map(({ id }) => id);
  const ids = organizations.map(() => newId());
  const values = [ids, organizations, action, operator, projectId, JSON.stringify(detail)];
  await sql('record-command', recordCommandStatement, values);
}
