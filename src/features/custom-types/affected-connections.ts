import {
  isInProjectScope,
  type ProjectScope,
  projectScopeText,
} from '../../core/access/project-scope.ts';
import type { ConnectionType } from '../../core/catalog/catalog.ts';
import { parseConfig } from '../../core/catalog/config.ts';
import type { JsonObject } from '../../core/catalog/json.ts';
import { openHalf } from '../../core/connection-config/sealed-config.ts';
import {
  readStoredConfig,
  type StoredConfigColumns,
  storedConfigColumns,
  storedConfigJoins,
} from '../../core/connection-config/stored-config.ts';
import type { Deps } from '../../core/deps/deps.ts';
import { VaultError } from '../../core/vault/sealed.ts';
import type { ConnectionRow } from '../connections/connection-row.ts';

/** The connections whose config does not fit a definition: their number, and some that the caller can see. */
export type Affected = { count: number; connections: ConnectionRow[] };

/** Maximum number of connections that a response lists. */
const mostListed = 100;

/** Connections that are opened at a time. A config has up to a megabyte, and all are in memory together. */
const batchSize = 50;

type Row = StoredConfigColumns & {
  id: string;
  projectId: string;
  organizationId: string;
  isVisible: boolean;
};

const usesOfTypeSql = `
  SELECT c.id, c.project_id AS "projectId", p.organization_id AS "organizationId", ${storedConfigColumns},
    (c.end_user_id IS NULL AND ${isInProjectScope('p.id')}) AS "isVisible"
  FROM (VALUES ($1::uuid, $2::uuid, $3::text, $4::boolean))
    AS q(type_id, after_id, project_scope, project_scope_only)
  JOIN connection c ON c.custom_type_id = q.type_id AND (q.after_id IS NULL OR c.id > q.after_id)
  JOIN project p ON p.id = c.project_id
  ${storedConfigJoins}
  ORDER BY c.id LIMIT ${batchSize}`;

/**
 * Finds the connections of a custom type whose stored config does not fit a definition of it. It reads them in
 * batches, so that memory does not grow with their number.
 *
 * @param typeId the id of the custom type's row.
 */
export async function findAffected(
  deps: Deps,
  typeId: string,
  { type, projectScope }: { type: ConnectionType; projectScope: ProjectScope },
): Promise<Affected> {
  const listed: string[] = [];
  let count = 0;
  let last: string | null = null;
  for (;;) {
    const scope = [projectScopeText(projectScope), projectScope.only];
    const rows: Row[] = await deps.sql<Row>('uses-of-custom-type', usesOfTypeSql, [
      typeId,
      last,
      ...scope,
    ]);
    for (const row of rows) {
      if (await fits(deps, row, type)) continue;
      count += 1;
      if (row.isVisible && listed.length < mostListed) listed.push(row.id);
    }
    last = rows.at(-1)?.id ?? null;
    if (rows.length < batchSize) break;
  }
  const found = await Promise.all(
    listed.map((id) => deps.loadConnectionById({ id, projectScope })),
  );
  return { count, connections: found.filter((row) => row !== undefined) };
}

/** Whether a stored config fits the type. One that does not open fits none. */
async function fits({ vault }: Deps, row: Row, type: ConnectionType): Promise<boolean> {
  const { publicHalf, secretHalf } = readStoredConfig(row);
  const open = async (half: 'public' | 'secret') => {
    const stored = half === 'public' ? publicHalf : secretHalf;
    return stored === null ? {} : openHalf(vault, row, half, stored);
  };
  try {
    const config: JsonObject = { ...(await open('public')), ...(await open('secret')) };
    return parseConfig(type, config).ok;
  } catch (error) {
    if (error instanceof VaultError) return false;
    throw error;
  }
}
