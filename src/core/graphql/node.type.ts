import { builder } from './builder.ts';

/** A row that `node` finds, with the name of its type. */
export type Node = { id: string; __typename?: string };

/**
 * The interface of the Relay specification for records that a client can load again by their id.
 */
export const NodeRef = builder.interfaceRef<Node>('Node').implement({
  description: 'A record that the query `node` finds by its id.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The UUID of the record, unique among all nodes.' }),
  }),
  resolveType: ({ __typename }) => __typename,
});
