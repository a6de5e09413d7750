import { builder } from '../../core/graphql/builder.ts';
import { operationField } from '../../core/graphql/operation-field.ts';
import { perform } from '../../core/operations/perform.ts';
import { ConnectionRef } from './connection.type.ts';
import { ConnectionReferenceRef } from './connection-reference.type.ts';
import {
  addConnectionReference,
  removeConnectionReference,
} from './connection-references.service.ts';
import { requireConnection } from './connections.service.ts';
import { replaceConnection } from './replace-connection.service.ts';

const AddConnectionReferenceInput = builder.inputType('AddConnectionReferenceInput', {
  description: 'What uses a connection.',
  fields: (t) => ({
    connectionId: t.id({ description: 'The connection that is used.' }),
    kind: t.string({ description: 'What uses it, such as `workflow`; 1 to 64 characters.' }),
    externalId: t.string({ description: 'Which one, by its id elsewhere; 1 to 255 characters.' }),
    label: t.string({ required: false, description: 'What people call it; 1 to 255 characters.' }),
  }),
});

const RemoveConnectionReferenceInput = builder.inputType('RemoveConnectionReferenceInput', {
  description: 'Which reference to remove.',
  fields: (t) => ({ id: t.id({ description: 'The reference.' }) }),
});

const ReplaceConnectionInput = builder.inputType('ReplaceConnectionInput', {
  description: 'Which connection to use instead of which.',
  fields: (t) => ({
    id: t.id({ description: 'The connection that is used now.' }),
    withId: t.id({ description: 'The one to use instead, of the same type and project.' }),
  }),
});

builder.mutationFields((t) => ({
  addConnectionReference: t.field({
    ...operationField(addConnectionReference),
    type: ConnectionReferenceRef,
    args: { input: t.arg({ type: AddConnectionReferenceInput, description: 'What uses what.' }) },
    resolve: (_root, { input }, context) => perform(addConnectionReference, context, input),
  }),
  removeConnectionReference: t.field({
    ...operationField(removeConnectionReference),
    type: ConnectionReferenceRef,
    args: {
      input: t.arg({ type: RemoveConnectionReferenceInput, description: 'Which reference.' }),
    },
    resolve: (_root, { input }, context) => perform(removeConnectionReference, context, input),
  }),
  replaceConnection: t.field({
    ...operationField(replaceConnection),
    type: ConnectionRef,
    args: { input: t.arg({ type: ReplaceConnectionInput, description: 'Which by which.' }) },
    resolve: async (_root, { input }, context) => {
      const { id } = await perform(replaceConnection, context, input);
      return requireConnection(context, id);
    },
  }),
}));
