import type { ObjectRef } from '@pothos/core';
import { queryFromInfo } from '@pothos/plugin-prisma';
import { type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql';
import type { Page, PageArgs } from '../../platform/db/keyset.ts';
import { defaultPageSize } from '../../platform/limits.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';

const PageInfo = builder.objectRef<Page<unknown>['pageInfo']>('PageInfo').implement({
  description: 'Where a page lies in its list.',
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage', { description: 'Whether older rows follow.' }),
    hasPreviousPage: t.exposeBoolean('hasPreviousPage', {
      description: 'Whether newer rows come before.',
    }),
    startCursor: t.exposeString('startCursor', {
      nullable: true,
      description: 'The cursor of the first row; null for an empty page.',
    }),
    endCursor: t.exposeString('endCursor', {
      nullable: true,
      description: 'The cursor of the last row; null for an empty page.',
    }),
  }),
});

type BuilderTypes =
  typeof builder extends PothosSchemaTypes.SchemaBuilder<infer Types> ? Types : never;

/** Declares `<name>Page` and `<name>Edge` over a node type, after the Relay cursor specification. */
export function definePage<Row extends object>(name: string, node: ObjectRef<BuilderTypes, Row>) {
  const Edge = builder.objectRef<Page<Row>['edges'][number]>(`${name}Edge`).implement({
    description: 'A row of a page, with its cursor.',
    fields: (t) => ({
      cursor: t.string({
        description: 'Where the row lies, for after or before.',
        resolve: (edge) => edge.cursor(),
      }),
      // Pothos cannot see through the type parameter that a Row is what `node` stands for.
      node: t.field({ type: node, description: 'The row.', resolve: (edge) => edge.node as never }),
    }),
  });
  return builder.objectRef<Page<Row>>(`${name}Page`).implement({
    description: 'A page of a list, newest first.',
    fields: (t) => ({
      edges: t.field({
        type: [Edge],
        description: 'The rows with their cursors.',
        resolve: (page) => page.edges,
      }),
      nodes: t.field({
        type: [node],
        description: 'The rows.',
        resolve: (page) => page.edges.map((edge) => edge.node) as never,
      }),
      pageInfo: t.field({
        type: PageInfo,
        description: 'Where this page lies in its list.',
        resolve: (page) => page.pageInfo,
      }),
      totalCount: t.int({
        description: 'How many rows the list has in all. Counted only when selected.',
        resolve: (page) => page.count(),
      }),
    }),
  });
}

/** The arguments of a list that is read from its newest row on. */
export const forwardArgs = builder.args((t) => ({
  first: t.int({ required: false, description: 'How many rows, at most 100; 20 when left out.' }),
  after: t.string({ required: false, description: 'Only rows after this cursor.' }),
}));

/** The arguments of a list that is read in both directions. */
export const pageArgs = builder.args((t) => ({
  first: t.int({
    required: false,
    description: 'How many rows from the start, at most 100; 20 when left out.',
  }),
  after: t.string({ required: false, description: 'Only rows after this cursor.' }),
  last: t.int({ required: false, description: 'How many rows from the end, at most 100.' }),
  before: t.string({ required: false, description: 'Only rows before this cursor.' }),
}));

/** Columns of a row, and of the rows that belong to it. */
type Selected = { [name: string]: true | { select: Selected } };

/**
 * What of its rows a page must load: all that was selected of them, and what cursors are made of.
 * Typed as nothing, so that rows keep their model's type, as with the `query` of `t.prismaField`.
 */
export function rowsQuery(
  context: Context,
  info: GraphQLResolveInfo,
  typeName: string,
  cursor: Selected = { id: true, createdAt: true },
): object {
  const paths = [['nodes'], ['edges', 'node']];
  return queryFromInfo({ context, info, typeName, paths, select: cursor });
}

/** Whether a page's total may be asked for: it is selected, be it under a condition. */
export function selectsTotal({ fieldNodes, fragments }: GraphQLResolveInfo): boolean {
  const isIn = (selected: SelectionSetNode | undefined): boolean =>
    selected?.selections.some((node) => {
      if (node.kind === Kind.FIELD) return node.name.value === 'totalCount';
      const isSpread = node.kind === Kind.FRAGMENT_SPREAD;
      return isIn((isSpread ? fragments[node.name.value] : node)?.selectionSet);
    }) ?? false;
  return fieldNodes.some(({ selectionSet }) => isIn(selectionSet));
}

/** What a page multiplies: the cost of everything selected of one row. */
export function pageCost({ first, last }: PageArgs) {
  return { field: 1, multiplier: Math.max(first ?? last ?? defaultPageSize, 1) };
}
