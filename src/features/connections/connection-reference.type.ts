import { builder } from '../../core/graphql/builder.ts';
import { definePage, forwardArgs, pageCost } from '../../core/graphql/page.ts';
import { planPage } from '../../platform/db/keyset.ts';
import { ConnectionRef } from './connection.type.ts';
import { countReferences, loadReferences } from './connection-references.statements.ts';
import type { ReferenceRow } from './reference-row.ts';

export const ConnectionReferenceRef = builder
  .objectRef<ReferenceRow>('ConnectionReference')
  .implement({
    description:
      'A registration that something uses a connection. A connection with a reference cannot be deleted.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'The UUID of the reference.' }),
      kind: t.exposeString('kind', {
        description: 'The kind of user of the connection, such as `workflow`.',
      }),
      externalId: t.exposeString('externalId', {
        description: 'The id of the workflow or the like, in the system that it belongs to.',
      }),
      label: t.exposeString('label', {
        nullable: true,
        description: 'A name for people; null if none was given.',
      }),
      createdAt: t.expose('createdAt', {
        type: 'DateTime',
        description: 'The time when the reference was first registered.',
      }),
    }),
  });

const ConnectionReferencePage = definePage('ConnectionReference', ConnectionReferenceRef);

builder.objectFields(ConnectionRef, (t) => ({
  references: t.field({
    type: ConnectionReferencePage,
    description: 'The references to the connection, newest first, at most 100 per page.',
    complexity: pageCost,
    args: forwardArgs,
    resolve: async ({ id }, args, { deps }) => {
      const { bounds, toPage } = planPage(args, 'createdAt', deps.config.limits.pageSize);
      const { after, take } = bounds;
      const rows = await loadReferences(deps)({ connectionId: id, after, take });
      return toPage(rows, () => countReferences(deps)(id));
    },
  }),
}));
