import { type Gather, gather } from '../db/gather.ts';
import type { Sql } from '../db/sql.ts';
import { type Deps, perDeps } from '../deps.ts';
import {
  type ConnectionJson,
  type ConnectionRow,
  connectionColumns,
  connectionFromJson,
} from './connection-row.ts';

/** Which connections, and as whom: what the statements authorize by. Null or absent: any. */
export type Wanted = {
  organizationId: string;
  /** The one project that the caller is bound to. */
  boundProjectId: string | null;
  projectId: string | null;
  id: string | null;
  type?: string | undefined;
  status?: string | undefined;
  /** From this folded name up to, and without, that one. */
  names?: { from: string; to: string } | undefined;
  withSystem: boolean;
};

/** Which part of them: `take` rows after `skip`, by (created_at, id). */
export type Range = {
  order: 'asc' | 'desc';
  take: number;
  skip: number;
  after?: { time: Date; id: string } | undefined;
  before?: { time: Date; id: string } | undefined;
};

/** Loads connections. Concurrent calls of one shape share a statement. */
export function loadConnections(
  deps: Deps,
  wanted: Wanted,
  range: Range,
): Promise<ConnectionRow[]> {
  const shape = shapeOf(wanted, range);
  const name = `connections ${shape.join(' ')} ${range.order}`;
  const load = sharedBy(deps, name, (asked: readonly Asked[]) =>
    loadTogether(deps.sql, name, shape, asked),
  );
  return load([wanted, range]);
}

/** Counts connections, likewise. */
export function countConnections(deps: Deps, wanted: Wanted): Promise<number> {
  const shape = shapeOf(wanted);
  const name = `count-connections ${shape.join(' ')}`;
  const count = sharedBy(deps, name, (asked: readonly Asked[]) =>
    countTogether(deps.sql, name, shape, asked),
  );
  return count([wanted, noRange]);
}

type Asked = readonly [Wanted, Range];

const noRange: Range = { order: 'desc', take: 0, skip: 0 };

/** How many pages a statement answers at most: their rows come as one value each. */
const pagesAtOnce = 20;

const gatherersOf = perDeps(() => new Map<string, Gather<never, unknown>>());

/** One gatherer for each shape of statement; there are a few dozen shapes. */
function sharedBy<Result>(
  deps: Deps,
  name: string,
  run: (asked: readonly Asked[]) => Promise<readonly Result[]>,
): Gather<Asked, Result> {
  const gatherers = gatherersOf(deps);
  const known = gatherers.get(name) as Gather<Asked, Result> | undefined; // the name tells the type
  if (known !== undefined) return known;
  const made = gather(run, { max: pagesAtOnce });
  gatherers.set(name, made);
  return made;
}

/* Each condition that a call makes is in its statement, and no other, so that plans fit. */
const conditions = {
  project: 'c.project_id = q.project_id',
  id: 'c.id = q.id',
  type: 'c.type = q.type',
  status: 'c.status = q.status::"ConnectionStatus"',
  names: 'c.name_folded >= q.name_from AND c.name_folded < q.name_to',
  own: 'NOT c.is_system',
  after: '(c.created_at, c.id) < (q.after_time, q.after_id)',
  before: '(c.created_at, c.id) > (q.before_time, q.before_id)',
} as const;

type Shape = readonly (keyof typeof conditions)[];

function shapeOf(wanted: Wanted, range?: Range): Shape {
  return [
    ...(wanted.projectId === null ? [] : (['project'] as const)),
    ...(wanted.id === null ? [] : (['id'] as const)),
    ...(wanted.type === undefined ? [] : (['type'] as const)),
    ...(wanted.status === undefined ? [] : (['status'] as const)),
    ...(wanted.names === undefined ? [] : (['names'] as const)),
    ...(wanted.withSystem ? [] : (['own'] as const)),
    ...(range?.after === undefined ? [] : (['after'] as const)),
    ...(range?.before === undefined ? [] : (['before'] as const)),
  ];
}

/** The connections that one item of `q` wants. */
function source(shape: Shape): string {
  return `FROM connection c JOIN project p ON p.id = c.project_id
    WHERE p.organization_id = q.organization_id
      AND (q.bound_project_id IS NULL OR c.project_id = q.bound_project_id)
      ${shape.map((condition) => `AND ${conditions[condition]}`).join(' ')}`;
}

const items = `unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[],
    $8::text[], $9::int[], $10::int[], $11::timestamptz[], $12::uuid[], $13::timestamptz[], $14::uuid[])
  WITH ORDINALITY AS q(organization_id, bound_project_id, project_id, id, type, status, name_from,
    name_to, take, skip, after_time, after_id, before_time, before_id, position)`;

function valuesOf(wanted: readonly Asked[]): unknown[] {
  return [
    wanted.map(([{ organizationId }]) => organizationId),
    wanted.map(([{ boundProjectId }]) => boundProjectId),
    wanted.map(([{ projectId }]) => projectId),
    wanted.map(([{ id }]) => id),
    wanted.map(([{ type }]) => type ?? null),
    wanted.map(([{ status }]) => status ?? null),
    wanted.map(([{ names }]) => names?.from ?? null),
    wanted.map(([{ names }]) => names?.to ?? null),
    wanted.map(([, { take }]) => take),
    wanted.map(([, { skip }]) => skip),
    wanted.map(([, { after }]) => after?.time ?? null),
    wanted.map(([, { after }]) => after?.id ?? null),
    wanted.map(([, { before }]) => before?.time ?? null),
    wanted.map(([, { before }]) => before?.id ?? null),
  ];
}

async function loadTogether(
  sql: Sql,
  name: string,
  shape: Shape,
  asked: readonly Asked[],
): Promise<ConnectionRow[][]> {
  const order = asked[0]?.[1].order ?? 'desc';
  const text = `
    SELECT (SELECT json_agg(r) FROM (
      SELECT ${connectionColumns}
      FROM (SELECT c.*, p.organization_id ${source(shape)}
        ORDER BY c.created_at ${order}, c.id ${order} LIMIT q.take OFFSET q.skip) c
      JOIN data_key k ON k.id = c.config_data_key_id
      ORDER BY c.created_at ${order}, c.id ${order}
    ) r) AS rows
    FROM ${items} ORDER BY q.position`;
  const found = await sql<{ rows: ConnectionJson[] | null }>(name, text, valuesOf(asked));
  return found.map(({ rows }) => (rows ?? []).map(connectionFromJson));
}

async function countTogether(
  sql: Sql,
  name: string,
  shape: Shape,
  asked: readonly Asked[],
): Promise<number[]> {
  const text = `
    SELECT (SELECT count(*)::int ${source(shape)}) AS count FROM ${items} ORDER BY q.position`;
  const rows = await sql<{ count: number }>(name, text, valuesOf(asked));
  return rows.map(({ count }) => count);
}
