import { builder } from '../../core/graphql/builder.ts';
import { operationField } from '../../core/graphql/operation-field.ts';
import { definePage, forwardArgs, pageCost } from '../../core/graphql/page.ts';
import { perform } from '../../core/operations/perform.ts';
import { planPage } from '../../platform/db/keyset.ts';
import { ConnectionRef } from './connection.type.ts';
import {
  addConnectionReference,
  removeConnectionReference,
  replaceConnection,
} from './connection-references.operations.ts';
import type { ReferenceRow } from './connection-references.store.ts';
import { requireConnection } from './connections.operations.ts';

const ConnectionReferenceRef = builder.objectRef<ReferenceRow>('ConnectionReference').implement({
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
      const rows = await deps.loadReferences({ connectionId: id, after, take });
      return toPage(rows, () => deps.countReferences(id));
    },
  }),
}));

const AddConnectionReferenceInput = builder.inputType('AddConnectionReferenceInput', {
  description: 'The connection and the thing that uses it.',
  fields: (t) => ({
    connectionId: t.id({ description: 'The id of the connection that is in use.' }),
    kind: t.string({
      description: 'The kind of user of the connection, such as `workflow`; 1 to 64 characters.',
    }),
    externalId: t.string({
      description:
        'The id of the workflow or the like, in the system that it belongs to; 1 to 255 characters.',
    }),
    label: t.string({ required: false, description: 'A name for people, 1 to 255 characters.' }),
  }),
});

const RemoveConnectionReferenceInput = builder.inputType('RemoveConnectionReferenceInput', {
  description: 'The reference that you want to remove.',
  fields: (t) => ({ id: t.id({ description: 'The id of the reference to remove.' }) }),
});

const ReplaceConnectionInput = builder.inputType('ReplaceConnectionInput', {
  description: 'The connection to replace and its replacement.',
  fields: (t) => ({
    id: t.id({ description: 'The id of the connection that is in use now.' }),
    withId: t.id({
      description: 'The id of the replacement, which has the same type and project.',
    }),
  }),
});

builder.mutationFields((t) => ({
  addConnectionReference: t.field({
    ...operationField(addConnectionReference),
    type: ConnectionReferenceRef,
    args: {
      input: t.arg({
        type: AddConnectionReferenceInput,
        description: 'The connection and the thing that uses it.',
      }),
    },
    resolve: (_root, { input }, context) => perform(addConnectionReference, context, input),
  }),
  removeConnectionReference: t.field({
    ...operationField(removeConnectionReference),
    type: ConnectionReferenceRef,
    args: {
      input: t.arg({
        type: RemoveConnectionReferenceInput,
        description: 'The reference to remove.',
      }),
    },
    resolve: (_root, { input }, context) => perform(removeConnectionReference, context, input),
  }),
  replaceConnection: t.field({
    ...operationField(replaceConnection),
    type: ConnectionRef,
    args: {
      input: t.arg({
        type: ReplaceConnectionInput,
        description: 'The connection to replace and its replacement.',
      }),
    },
    resolve: async (_root, { input }, context) => {
      const { id } = await perform(replaceConnection, context, input);
      return requireConnection(context, id);
    },
  }),
}));
