import type { JsonObject } from '../catalog/json.ts';
import type { Sql } from '../db/sql.ts';

/* Whoever runs the tool is known to the machine, not to this server. */
const statement = `
  INSERT INTO audit_event (id, action, actor, organization_id, project_id, request_id, detail)
  SELECT gen_random_uuid(), 'key.rotate', 'operator', o.id, $1::uuid, 'patchbay', $2::jsonb
  FROM organization o
  WHERE $1::uuid IS NULL OR o.id = (SELECT organization_id FROM project WHERE id = $1::uuid)`;

/** Notes that keys were rotated: those of one project, or of all. In every organization that it concerns. */
export async function recordRotation(
  sql: Sql,
  detail: JsonObject & { keys: 'master' | 'data' | 'signing' },
  projectId: string | null = null,
): Promise<void> {
  await sql('record-rotation', statement, [projectId, JSON.stringify(detail)]);
}
