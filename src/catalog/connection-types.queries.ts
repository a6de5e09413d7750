import { builder } from '../graphql/builder.ts';
import { ConnectionTypeRef, catalogueCost } from './connection-type.type.ts';
import { connectionTypes, findConnectionType } from './connection-types.ts';

builder.queryFields((t) => ({
  connectionTypes: t.field({
    type: [ConnectionTypeRef],
    description: 'Every type of connection, or those of one category.',
    authScopes: { credential: true },
    complexity: { field: 1, multiplier: catalogueCost },
    args: { category: t.arg.string({ required: false, description: 'Only this category.' }) },
    resolve: (_root, { category }) =>
      connectionTypes.filter((type) => category == null || type.category === category),
  }),
  connectionType: t.field({
    type: ConnectionTypeRef,
    nullable: true,
    description: 'One type of connection; null when there is none of this name.',
    authScopes: { credential: true },
    args: { type: t.arg.string({ description: 'The full identifier.' }) },
    resolve: (_root, { type }) => findConnectionType(type) ?? null,
  }),
}));
