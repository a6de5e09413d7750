import { builder } from './builder.ts';

/** What `node` finds: a row, and the name of its type. */
export type Node = { id: string; __typename?: string };

/** Relay's interface of what a client can load again by its id. */
export const NodeRef = builder.interfaceRef<Node>('Node').implement({
  description: 'A record that the query `node` finds by its id.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The UUID of the record, unique among all nodes.' }),
  }),
  resolveType: ({ __typename }) => __typename,
});
