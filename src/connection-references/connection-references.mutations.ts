import { z } from 'zod';
import { ConnectionRef } from '../connections/connection.type.ts';
import { requireConnection } from '../connections/connections.service.ts';
import { ForbiddenError, InvalidInputError, NotFoundError } from '../errors.ts';
import { builder } from '../graphql/builder.ts';
import { nameText, orBlank, requiredText } from '../input.ts';
import { ConnectionReferenceRef } from './connection-reference.type.ts';
import {
  addConnectionReference,
  removeConnectionReference,
} from './connection-references.service.ts';
import { replaceConnection } from './replace-connection.service.ts';

const AddConnectionReferenceInput = builder.inputType('AddConnectionReferenceInput', {
  description: 'What uses a connection.',
  validate: z.object({
    connectionId: z.string(),
    kind: requiredText(64),
    externalId: requiredText(255),
    label: orBlank(nameText(255)),
  }),
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
    type: ConnectionReferenceRef,
    description:
      'Registers something as using a connection, which cannot be deleted from then on. The same `kind` and `externalId` again answer the same reference, under the new label.',
    authScopes: { role: 'editor' },
    extensions: { audit: 'reference.add' },
    errors: { types: [InvalidInputError, NotFoundError, ForbiddenError] },
    args: { input: t.arg({ type: AddConnectionReferenceInput, description: 'What uses what.' }) },
    resolve: (_root, { input }, context) => addConnectionReference(context, input),
  }),
  removeConnectionReference: t.field({
    type: ConnectionReferenceRef,
    description: 'Takes a reference back; answers what it was.',
    authScopes: { role: 'editor' },
    extensions: { audit: 'reference.remove' },
    errors: { types: [NotFoundError, ForbiddenError] },
    args: {
      input: t.arg({ type: RemoveConnectionReferenceInput, description: 'Which reference.' }),
    },
    resolve: (_root, { input }, context) => removeConnectionReference(context, input.id),
  }),
  replaceConnection: t.field({
    type: ConnectionRef,
    description:
      'Moves every reference of one connection to another of the same type and project, in one transaction; answers the new one.',
    authScopes: { role: 'editor' },
    extensions: { audit: 'reference.add' },
    errors: { types: [InvalidInputError, NotFoundError, ForbiddenError] },
    args: { input: t.arg({ type: ReplaceConnectionInput, description: 'Which by which.' }) },
    resolve: async (_root, { input }, context) =>
      requireConnection(context, await replaceConnection(context, input)),
  }),
}));
