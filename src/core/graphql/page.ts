import type { ObjectRef } from '@pothos/core';
import { queryFromInfo } from '@pothos/plugin-prisma';
import { type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql';
import type { Page, PageArgs } from '../../platform/db/keyset.ts';
import { defaultPageSize } from '../../platform/limits.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';

const PageInfo = builder.objectRef<Page<unknown>['pageInfo']>('PageInfo').implement({
  description: 'The position of a page in its list.',
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage', {
      description: 'Whether older items follow after this page.',
    }),
    hasPreviousPage: t.exposeBoolean('hasPreviousPage', {
      description: 'Whether newer items come before this page.',
    }),
    startCursor: t.exposeString('startCursor', {
      nullable: true,
      description: 'The cursor of the first item; null if the page is empty.',
    }),
    endCursor: t.exposeString('endCursor', {
      nullable: true,
      description: 'The cursor of the last item; null if the page is empty.',
    }),
  }),
});

type BuilderTypes =
  typeof builder extends PothosSchemaTypes.SchemaBuilder<infer Types> ? Types : never;

/**
 * Declares the types `<name>Page` and `<name>Edge` for a node type, after the Relay cursor specification.
 */
export function definePage<Row extends object>(name: string, node: ObjectRef<BuilderTypes, Row>) {
  const Edge = builder.objectRef<Page<Row>['edges'][number]>(`${name}Edge`).implement({
    description: 'An item of a page together with its cursor.',
    fields: (t) => ({
      cursor: t.string({
        description:
          'The position of the item in its list, for the arguments `after` and `before`.',
        resolve: (edge) => edge.cursor(),
      }),
      // Pothos cannot infer through the type parameter that a Row is a value of `node`.
      node: t.field({
        type: node,
        description: 'The item at this position.',
        resolve: (edge) => edge.node as never,
      }),
    }),
  });
  return builder.objectRef<Page<Row>>(`${name}Page`).implement({
    description: 'A page of a list that begins with the newest item.',
    fields: (t) => ({
      edges: t.field({
        type: [Edge],
        description: 'The items of this page with their cursors.',
        resolve: (page) => page.edges,
      }),
      nodes: t.field({
        type: [node],
        description: 'The items of this page without cursors.',
        resolve: (page) => page.edges.map((edge) => edge.node) as never,
      }),
      pageInfo: t.field({
        type: PageInfo,
        description: 'The position of this page in its list.',
        resolve: (page) => page.pageInfo,
      }),
      totalCount: t.int({
        description:
          'The number of items in the whole list. The server counts only when you select this field.',
        resolve: (page) => page.count(),
      }),
    }),
  });
}

/** The arguments of a list that can be read only forwards, from its newest row. */
export const forwardArgs = builder.args((t) => ({
  first: t.int({
    required: false,
    description: 'The number of items to return, at most 100. The default is 20.',
  }),
  after: t.string({ required: false, description: 'The cursor after which the page begins.' }),
}));

/** The arguments of a list that can be read in both directions. */
export const pageArgs = builder.args((t) => ({
  first: t.int({
    required: false,
    description:
      'The number of items to return from the start of the list, at most 100. The default is 20.',
  }),
  after: t.string({ required: false, description: 'The cursor after which the page begins.' }),
  last: t.int({
    required: false,
    description: 'The number of items to return from the end of the list, at most 100.',
  }),
  before: t.string({ required: false, description: 'The cursor before which the page ends.' }),
}));

/** The selected columns of a row and of its related rows. */
type SelectedFields = { [name: string]: true | { select: SelectedFields } };

/**
 * Returns the query that loads exactly the selected columns of a page's rows, and those that cursors need.
 * Its type is empty, so that rows keep the type of their model, as with the `query` of `t.prismaField`.
 */
export function rowsQuery(
  context: Context,
  info: GraphQLResolveInfo,
  typeName: string,
  cursor: SelectedFields = { id: true, createdAt: true },
): object {
  const paths = [['nodes'], ['edges', 'node']];
  return queryFromInfo({ context, info, typeName, paths, select: cursor });
}

/** Whether the document selects `totalCount`, even under a condition. */
export function selectsTotal({ fieldNodes, fragments }: GraphQLResolveInfo): boolean {
  const isIn = (selected: SelectionSetNode | undefined): boolean =>
    selected?.selections.some((node) => {
      if (node.kind === Kind.FIELD) return node.name.value === 'totalCount';
      const isSpread = node.kind === Kind.FRAGMENT_SPREAD;
      return isIn((isSpread ? fragments[node.name.value] : node)?.selectionSet);
    }) ?? false;
  return fieldNodes.some(({ selectionSet }) => isIn(selectionSet));
}

/**
 * Returns the cost of a page: its size multiplies the cost of everything that is selected of one row.
 */
export function pageCost({ first, last }: PageArgs) {
  return { field: 1, multiplier: Math.max(first ?? last ?? defaultPageSize, 1) };
}
