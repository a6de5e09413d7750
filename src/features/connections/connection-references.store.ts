import type { Batched } from '../../platform/db/batch.ts';
import type { Mark } from '../../platform/db/keyset.ts';
import type { Sql } from '../../platform/db/sql.ts';

/** A registration that something outside uses a connection. */
export type ReferenceRow = {
  id: string;
  kind: string;
  externalId: string;
  label: string | null;
  createdAt: Date;
};

/** The columns of a {@link ReferenceRow}, for Prisma. */
export const referenceColumns = {
  id: true,
  kind: true,
  externalId: true,
  label: true,
  createdAt: true,
} as const;

/**
 * The next `take` references of a connection after a mark, newest first. The caller has already loaded the
 * connection, so the statement does not authorize again.
 */
type WantedReferences = { connectionId: string; after: Mark | undefined; take: number };

declare module '../../core/deps/deps.ts' {
  interface Deps {
    loadReferences: Batched<WantedReferences, ReferenceRow[]>;
    /** Counts the references of a connection. */
    countReferences: Batched<string, number>;
  }
}

const loadReferencesSql = `
  SELECT q.position::int, r.*
  FROM unnest($1::uuid[], $2::timestamptz[], $3::uuid[], $4::int[])
    WITH ORDINALITY AS q(connection_id, after_time, after_id, take, position)
  CROSS JOIN LATERAL (
    SELECT id, kind, external_id AS "externalId", label, created_at AS "createdAt"
    FROM connection_reference
    WHERE connection_id = q.connection_id
      AND (q.after_id IS NULL OR (created_at, id) < (q.after_time, q.after_id))
    ORDER BY created_at DESC, id DESC LIMIT q.take
  ) r
  ORDER BY q.position, r."createdAt" DESC, r.id DESC`;

/** Loads the references of many connections with one statement, in the order of `wanted`. */
export async function loadReferenceLists(
  sql: Sql,
  wanted: readonly WantedReferences[],
): Promise<ReferenceRow[][]> {
  type Row = ReferenceRow & { position: number };
  const rows = await sql<Row>('load-references', loadReferencesSql, [
    wanted.map(({ connectionId }) => connectionId),
    wanted.map(({ after }) => after?.time ?? null),
    wanted.map(({ after }) => after?.id ?? null),
    wanted.map(({ take }) => take),
  ]);
  const lists = wanted.map((): ReferenceRow[] => []);
  for (const row of rows) lists[row.position - 1]?.push(row);
  return lists;
}

const countReferencesSql = `
  SELECT (SELECT count(*)::int FROM connection_reference r WHERE r.connection_id = q.id) AS count
  FROM unnest($1::uuid[]) WITH ORDINALITY AS q(id, position) ORDER BY q.position`;

/** Counts the references of many connections with one statement, in the order of the ids. */
export async function countReferenceLists(
  sql: Sql,
  connectionIds: readonly string[],
): Promise<number[]> {
  const rows = await sql<{ count: number }>('count-references', countReferencesSql, [
    connectionIds,
  ]);
  return rows.map(({ count }) => count);
}
