import { InvalidInputError } from '../errors.ts';
import { isUuid } from '../input.ts';
import { defaultPageSize, lastNumberedRow } from '../limits.ts';

/** The arguments of a list, newest first. */
export type PageArgs = {
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
  /** The page number, from 1. It works with `first` and replaces a cursor. */
  page?: number | null | undefined;
};

/** A page of a list, with the cursors that a client needs for the next page. */
export type Page<Row> = {
  edges: { node: Row; cursor: () => string }[];
  pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
  /** Counts all rows in the database. Call it only if the client wants the number. */
  count: () => Promise<number>;
};

/** A position in a list, directly before or after the row with this time and id. */
export type Mark = { time: Date; id: string };
type Order = 'asc' | 'desc';

/** Finds a page in an index on (…, time, id), and builds it from the rows that were found. */
export type PagePlan<Time extends string> = {
  /**
   * Returns the query for the rows that `where` matches. It takes one row more than the page has, which
   * tells whether there is a next page.
   */
  range: <Where extends object>(
    where: Where,
  ) => {
    where: { AND: Where[] };
    orderBy: [Record<Time, Order>, { id: Order }];
    take: number;
    skip: number;
  };
  /** The same limits for a statement that is written in SQL. */
  bounds: {
    after: Mark | undefined;
    before: Mark | undefined;
    order: Order;
    take: number;
    skip: number;
  };
  toPage: <Row extends { id: string } & Record<Time, Date>>(
    rows: Row[],
    count: () => Promise<number>,
  ) => Page<Row>;
};

/**
 * Plans a page of a list that is ordered by (`time`, id), newest first.
 *
 * @throws InvalidInputError naming the argument that is wrong.
 */
export function planPage<Time extends string>(
  args: PageArgs,
  time: Time,
  largest: number,
): PagePlan<Time> {
  checkPageArgs(args, largest);
  const backward = args.last != null || (args.before != null && args.first == null);
  const size = args.first ?? args.last ?? defaultPageSize;
  const order: Order = backward ? 'asc' : 'desc';
  const skip = ((args.page ?? 1) - 1) * size;
  const after = readCursor('after', args.after);
  const before = readCursor('before', args.before);
  const sides = [beyond(time, 'lt', after), beyond(time, 'gt', before)];
  return {
    range: (where) => ({
      where: { AND: [where, ...(sides as (typeof where)[])] }, // conditions on columns that every list has
      orderBy: [{ [time]: order } as Record<Time, Order>, { id: order }],
      take: size + 1,
      skip,
    }),
    bounds: { after, before, order, take: size + 1, skip },
    toPage(found, count) {
      const more = found.length > size;
      const rows = more ? found.slice(0, size) : found;
      if (backward) rows.reverse();
      const edges = rows.map((node) => ({ node, cursor: () => writeCursor(node[time], node.id) }));
      const pageInfo = {
        hasNextPage: backward ? args.before != null : more,
        hasPreviousPage: backward ? more : args.after != null || skip > 0,
        startCursor: edges[0]?.cursor() ?? null,
        endCursor: edges.at(-1)?.cursor() ?? null,
      };
      return { edges, pageInfo, count };
    },
  };
}

/**
 * Returns the condition for the rows on one side of a mark. The condition on the time alone is redundant,
 * but PostgreSQL uses it to start reading the index at the mark.
 */
function beyond(time: string, side: 'lt' | 'gt', mark: Mark | undefined) {
  if (mark === undefined) return {};
  return {
    [time]: { [`${side}e`]: mark.time },
    OR: [{ [time]: { [side]: mark.time } }, { id: { [side]: mark.id } }],
  };
}

function checkPageArgs({ first, after, last, before, page }: PageArgs, largest: number): void {
  const wrong = (path: string, message: string) => {
    throw new InvalidInputError([{ path, message }]);
  };
  const inRange = (size: number) => Number.isInteger(size) && size >= 0 && size <= largest;
  if (first != null && last != null) wrong('last', 'cannot be combined with first');
  if (first != null && !inRange(first)) wrong('first', `must be from 0 to ${largest}`);
  if (last != null && !inRange(last)) wrong('last', `must be from 0 to ${largest}`);
  if (page == null) return;
  if (page < 1) wrong('page', 'must be 1 or more');
  if (after != null || last != null || before != null) {
    wrong('page', 'cannot be combined with a cursor');
  }
  if ((page - 1) * (first ?? defaultPageSize) >= lastNumberedRow) {
    wrong('page', `cannot go beyond row ${lastNumberedRow}; use the cursors of GraphQL from there`);
  }
}

function writeCursor(time: Date, id: string): string {
  return Buffer.from(`${time.getTime()} ${id}`).toString('base64url');
}

/** The last millisecond that RFC 3339 and PostgreSQL's driver can write. A client can invent a cursor. */
const endOfTime = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

function readCursor(path: string, cursor: string | null | undefined): Mark | undefined {
  if (cursor == null) return undefined;
  const [milliseconds = '', id = ''] = Buffer.from(cursor, 'base64url').toString().split(' ');
  if (!/^\d{1,15}$/.test(milliseconds) || !isUuid(id)) {
    throw new InvalidInputError([{ path, message: 'is not a cursor of this list' }]);
  }
  return { time: new Date(Math.min(Number(milliseconds), endOfTime)), id };
}
