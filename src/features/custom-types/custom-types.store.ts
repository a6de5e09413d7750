import {
  isInProjectScope,
  limitToRole,
  projectScopeOf,
  projectScopeText,
} from '../../core/access/project-scope.ts';
import { isPerson, type MemberViewer } from '../../core/access/viewer.ts';
import type { JsonObject } from '../../core/catalog/json.ts';
import type { Prisma } from '../../platform/db/generated/client.ts';
import { Role } from '../../platform/db/generated/enums.ts';

/** A custom type as it is stored. */
export type StoredCustomType = {
  id: string;
  projectId: string | null;
  name: string;
  definition: JsonObject;
  version: number;
  /** Whether the caller holds the role of the operation in the project; true without a project. */
  isHeld: boolean;
};

type TypeWriter = Pick<Prisma.TransactionClient, '$queryRawUnsafe' | '$executeRawUnsafe'>;

const customTypeSql = `
  SELECT t.id, t.project_id AS "projectId", t.name, t.definition, t.version,
    (t.project_id IS NULL OR ${isInProjectScope('t.project_id', 'held')}) AS "isHeld"
  FROM custom_type t
  CROSS JOIN (VALUES ($3::text, $4::boolean)) AS known(project_scope, project_scope_only)
  CROSS JOIN (VALUES ($5::text, $6::boolean)) AS held(project_scope, project_scope_only)
  WHERE t.organization_id = $1::uuid AND t.name = $2
    AND (t.project_id IS NULL OR ${isInProjectScope('t.project_id', 'known')})`;

/** Returns a custom type that the caller can see. */
export async function findCustomType(
  db: TypeWriter,
  viewer: MemberViewer,
  name: string,
): Promise<StoredCustomType | undefined> {
  const held = projectScopeOf(viewer);
  const known = isPerson(viewer) ? projectScopeOf(limitToRole(viewer, Role.viewer)) : held;
  const [row] = await db.$queryRawUnsafe<StoredCustomType[]>(
    customTypeSql,
    viewer.organizationId,
    name,
    projectScopeText(known),
    known.only,
    projectScopeText(held),
    held.only,
  );
  return row;
}

/**
 * Locks a custom type until the transaction ends, if it still exists and still has this version. A write that stores a connection
 * or a requirement of the type waits for the lock, so the numbers of both stay what they are.
 */
export async function lockCustomType(
  tx: TypeWriter,
  { id, version = null }: { id: string; version?: number | null },
): Promise<boolean> {
  const held = await tx.$queryRawUnsafe<unknown[]>(
    `SELECT 1 FROM custom_type
     WHERE id = $1::uuid AND version = COALESCE($2::int, version) FOR UPDATE`,
    id,
    version,
  );
  return held.length > 0;
}

/** How many connections and requirements use a type, those of all projects and of end users included. */
export type Uses = { connections: number; requirements: number };

export async function countUses(db: TypeWriter, id: string): Promise<Uses> {
  const [row] = await db.$queryRawUnsafe<Uses[]>(
    `SELECT (SELECT count(*)::int FROM connection WHERE custom_type_id = $1::uuid) AS connections,
       (SELECT count(*)::int FROM requirement WHERE custom_type_id = $1::uuid) AS requirements`,
    id,
  );
  return row ?? { connections: 0, requirements: 0 };
}

/** Replaces the definition of a locked type. */
export async function publishDefinition(
  tx: TypeWriter,
  id: string,
  { definition, unconfirmed }: { definition: JsonObject; unconfirmed: readonly string[] },
): Promise<void> {
  await tx.$executeRawUnsafe(
    `UPDATE custom_type SET definition = $2::json, unconfirmed = $3::text[], version = version + 1,
       updated_at = transaction_timestamp()
     WHERE id = $1::uuid`,
    id,
    JSON.stringify(definition),
    unconfirmed,
  );
}
