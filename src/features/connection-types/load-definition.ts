import type { JsonObject } from '../../core/catalog/json.ts';
import type { Batched } from '../../platform/db/batch.ts';
import type { Sql } from '../../platform/db/sql.ts';

/** The stored definition of a custom type, and the paths in it that no metadata confirms. */
type Definition = { definition: JsonObject; unconfirmed: string[] };

declare module '../../core/deps/deps.ts' {
  interface Deps {
    /** Loads the definition of a custom type by the id of its row. Only for a type that the caller can see. */
    loadDefinition: Batched<string, Definition>;
  }
}

const definitionsSql = `
  SELECT t.definition, COALESCE(t.unconfirmed, '{}') AS unconfirmed
  FROM unnest($1::uuid[]) WITH ORDINALITY AS q(id, position)
  LEFT JOIN custom_type t ON t.id = q.id
  ORDER BY q.position`;

/** Loads many definitions with one statement. That of a deleted type is empty. */
export async function loadDefinitions(sql: Sql, ids: readonly string[]): Promise<Definition[]> {
  type Row = { definition: JsonObject | null; unconfirmed: string[] };
  const rows = await sql<Row>('load-definitions', definitionsSql, [ids]);
  return rows.map(({ definition, unconfirmed }) => ({ definition: definition ?? {}, unconfirmed }));
}
