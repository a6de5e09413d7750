import { isReached, type Reach, reachText } from '../../core/access/reach.ts';
import { type Deps, perDeps } from '../../core/deps/deps.ts';
import { type Batched, batch } from '../../platform/db/batch.ts';
import { hiddenArray, type Sql } from '../../platform/db/sql.ts';
import {
  type ConnectionColumns,
  type ConnectionRow,
  connectionColumns,
  readConnection,
} from './connection-row.ts';

/** Which connections, and as whom: what the statements authorize by. Null or absent: any. */
export type Wanted = {
  reach: Reach;
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
  /** Counts all of them as well. */
  withTotal?: boolean;
};

/** What was found; `total` only when it was asked for. */
export type Found = { rows: ConnectionRow[]; total: number | undefined };

/** Loads connections. Concurrent calls of one shape share a statement. */
export function loadConnections(deps: Deps, wanted: Wanted, range: Range): Promise<Found> {
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

/** How many pages a statement answers at most: with more, the database and this process would take turns instead of working side by side. */
const pagesAtOnce = 6;

const batchesOf = perDeps(() => new Map<string, Batched<never, unknown>>());

/** One batched call for each shape of statement; there are a few dozen shapes. */
function sharedBy<Result>(
  deps: Deps,
  name: string,
  run: (asked: readonly Asked[]) => Promise<readonly Result[]>,
): Batched<Asked, Result> {
  const batches = batchesOf(deps);
  const known = batches.get(name) as Batched<Asked, Result> | undefined; // the name tells the type
  if (known !== undefined) return known;
  const made = batch(run, { max: pagesAtOnce });
  batches.set(name, made);
  return made;
}

/* Each condition that a call makes is in its statement, and no other, so that plans fit. */
const wishes = {
  id: 'c.id = q.id',
  type: 'c.type = q.type',
  status: 'c.status = q.status::"ConnectionStatus"',
  names: 'c.name_folded >= q.name_from AND c.name_folded < q.name_to',
  own: 'NOT c.is_system',
  after: '(c.created_at, c.id) < (q.after_time, q.after_id)',
  before: '(c.created_at, c.id) > (q.before_time, q.before_id)',
} as const;

type Wish = keyof typeof wishes;
/** What a call asks for; `placesOf` says what `reach` and `project` make of a statement, `loadTogether` what `total` does. */
type Condition = 'reach' | 'project' | 'total' | Wish;
type Shape = readonly Condition[];

function shapeOf(wanted: Wanted, range?: Range): Shape {
  const made: Record<Condition, boolean> = {
    reach: wanted.reach.only || wanted.reach.projectIds.length > 0,
    project: wanted.projectId !== null,
    total: range?.withTotal ?? false,
    id: wanted.id !== null,
    type: wanted.type !== undefined,
    status: wanted.status !== undefined,
    names: wanted.names !== undefined,
    own: !wanted.withSystem,
    after: range?.after !== undefined,
    before: range?.before !== undefined,
  };
  return (Object.keys(made) as Condition[]).filter((condition) => made[condition]);
}

/** A column of `q`: the values of all calls as one array, sent only where its condition is made. */
type Column = {
  name: string;
  type: string;
  needed: Condition | 'always' | 'for a page';
  of: (asked: Asked) => unknown;
};

const columns: readonly Column[] = [
  { name: 'organization_id', type: 'uuid', needed: 'always', of: ([w]) => w.reach.organizationId },
  { name: 'reach', type: 'text', needed: 'reach', of: ([w]) => reachText(w.reach) },
  { name: 'reach_only', type: 'boolean', needed: 'reach', of: ([w]) => w.reach.only },
  { name: 'project_id', type: 'uuid', needed: 'project', of: ([w]) => w.projectId },
  { name: 'id', type: 'uuid', needed: 'id', of: ([w]) => w.id },
  { name: 'type', type: 'text', needed: 'type', of: ([w]) => w.type },
  { name: 'status', type: 'text', needed: 'status', of: ([w]) => w.status },
  { name: 'name_from', type: 'text', needed: 'names', of: ([w]) => w.names?.from },
  { name: 'name_to', type: 'text', needed: 'names', of: ([w]) => w.names?.to },
  { name: 'take', type: 'int', needed: 'for a page', of: ([, r]) => r.take },
  { name: 'skip', type: 'int', needed: 'for a page', of: ([, r]) => r.skip },
  { name: 'after_time', type: 'timestamptz', needed: 'after', of: ([, r]) => r.after?.time },
  { name: 'after_id', type: 'uuid', needed: 'after', of: ([, r]) => r.after?.id },
  { name: 'before_time', type: 'timestamptz', needed: 'before', of: ([, r]) => r.before?.time },
  { name: 'before_id', type: 'uuid', needed: 'before', of: ([, r]) => r.before?.id },
];

/** `q`, with a row for each call, and the values that it is made of. */
function callsOf(shape: Shape, asked: readonly Asked[], isPage: boolean) {
  const sent = columns.filter(
    ({ needed }) =>
      needed === 'always' || (needed === 'for a page' ? isPage : shape.includes(needed)),
  );
  const arrays = sent.map(({ type }, index) =>
    index === 0 ? hiddenArray(type) : `$${index + 1}::${type}[]`,
  );
  const names = sent.map(({ name }) => name).join(', ');
  return {
    from: `unnest(${arrays.join(', ')}) WITH ORDINALITY AS q(${names}, position)`,
    values: sent.map(({ of }) => asked.map(of)),
  };
}

/**
 * Where the connections of a call are, and what makes them the caller's: in the project that it names, which
 * is then looked up once, or in any. What end users brought is in none. To count those of a project, a range
 * is asked for: of an equal one PostgreSQL expects what projects have on average, and reads those of all.
 */
function placesOf(shape: Shape) {
  const reached = shape.includes('reach') ? `AND ${isReached('p.id')}` : '';
  const rights = `p.organization_id = q.organization_id ${reached}`;
  const own = 'c.end_user_id IS NULL';
  return shape.includes('project')
    ? {
        projects: `LEFT JOIN project p ON p.id = q.project_id AND ${rights}`,
        connections: 'connection c',
        theirs: `c.project_id = p.id AND ${own}`,
        counted: `c.project_id BETWEEN p.id AND p.id AND ${own}`,
      }
    : {
        projects: '',
        connections: 'connection c JOIN project p ON p.id = c.project_id',
        theirs: `${rights} AND ${own}`,
        counted: `${rights} AND ${own}`,
      };
}

function wishesOf(shape: Shape): string {
  const made = (Object.keys(wishes) as Wish[]).filter((wish) => shape.includes(wish));
  return made.map((wish) => `AND ${wishes[wish]}`).join(' ');
}

/* A lateral join runs once for each call, and keeps the order of what it finds. */
async function loadTogether(
  sql: Sql,
  name: string,
  shape: Shape,
  asked: readonly Asked[],
): Promise<Found[]> {
  const order = asked[0]?.[1].order ?? 'desc';
  const { from, values } = callsOf(shape, asked, true);
  const { projects, connections, theirs } = placesOf(shape);
  const counted = shape.includes('total') ? `CROSS JOIN LATERAL (${countOf(shape)}) t` : '';
  const text = `
    SELECT q.position::int, ${counted ? 't.total' : 'NULL AS total'}, r.*
    FROM ${from} ${projects} ${counted} LEFT JOIN LATERAL (
      SELECT ${connectionColumns}
      FROM ${connections} JOIN data_key k ON k.id = c.config_data_key_id
      WHERE ${theirs} ${wishesOf(shape)}
      WINDOW page AS (ORDER BY c.created_at ${order}, c.id ${order})
      ORDER BY c.created_at ${order}, c.id ${order} LIMIT q.take OFFSET q.skip
    ) r ON true`;
  const read = await sql<FoundColumns>(name, text, values);
  const found = asked.map((): Found => ({ rows: [], total: undefined }));
  for (const row of read) {
    const page = found[row.position - 1];
    if (page === undefined) continue;
    page.total = row.total ?? undefined;
    if (row.id !== null) page.rows.push(readConnection(row, page.rows.at(-1)));
  }
  return found;
}

/** Without any connection there is one row all the same. */
type FoundColumns = { position: number; total: number | null } & (ConnectionColumns | { id: null });

/** Counts what a call wants, whatever page of it. */
function countOf(shape: Shape): string {
  const { connections, counted } = placesOf(shape);
  const everywhere = shape.filter((condition) => condition !== 'after' && condition !== 'before');
  return `SELECT count(*)::int AS total FROM ${connections} WHERE ${counted} ${wishesOf(everywhere)}`;
}

async function countTogether(
  sql: Sql,
  name: string,
  shape: Shape,
  asked: readonly Asked[],
): Promise<number[]> {
  const { from, values } = callsOf(shape, asked, false);
  const { projects } = placesOf(shape);
  const text = `
    SELECT (${countOf(shape)}) AS total FROM ${from} ${projects} ORDER BY q.position`;
  const rows = await sql<{ total: number }>(name, text, values);
  return rows.map(({ total }) => total);
}
