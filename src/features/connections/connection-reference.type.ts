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
      'What registered itself as using a connection; while one exists the connection cannot be deleted.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'A UUID.' }),
      kind: t.exposeString('kind', { description: 'What uses it, such as `workflow`.' }),
      externalId: t.exposeString('externalId', { description: 'Which one, by its id elsewhere.' }),
      label: t.exposeString('label', { nullable: true, description: 'What people call it.' }),
      createdAt: t.expose('createdAt', {
        type: 'DateTime',
        description: 'When it was registered first.',
      }),
    }),
  });

const ConnectionReferencePage = definePage('ConnectionReference', ConnectionReferenceRef);

builder.objectFields(ConnectionRef, (t) => ({
  references: t.field({
    type: ConnectionReferencePage,
    description: 'What uses it, newest first; at most 100 a page.',
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
