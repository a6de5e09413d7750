import { builder } from '../../core/graphql/builder.ts';
import { operationField } from '../../core/graphql/operation-field.ts';
import { perform } from '../../core/operations/perform.ts';
import type { AppError } from '../../platform/errors.ts';
import { FetchCredentialsResult } from '../connections/credentials.mutations.ts';
import type { Credentials } from '../connections/open-credentials.ts';
import { resolveCredentials } from './resolve-credentials.operation.ts';

const CredentialReference = builder.inputType('CredentialReference', {
  description: 'A reference to credentials. Give exactly one of the two fields.',
  isOneOf: true,
  fields: (t) => ({
    connectionId: t.id({ required: false, description: 'The id of a connection of the project.' }),
    requirementId: t.id({
      required: false,
      description: 'The id of a requirement, for what the end user connected to it.',
    }),
  }),
});

const ResolveCredentialsInput = builder.inputType('ResolveCredentialsInput', {
  description: 'The credentials that a run needs, and its end user.',
  fields: (t) => ({
    appId: t.id({
      required: false,
      description: 'The id of the app to which the requirements belong.',
    }),
    userId: t.string({
      required: false,
      description: 'The id that the app gives to the end user whose accounts you want.',
    }),
    references: t.field({
      type: [CredentialReference],
      description: 'The credentials to open, at most 100.',
    }),
  }),
});

const ResolvedCredentials = builder
  .objectRef<(Credentials | AppError)[]>('ResolvedCredentials')
  .implement({
    description: 'The outcomes of a call to `resolveCredentials`, one for each reference.',
    fields: (t) => ({
      items: t.field({
        type: [FetchCredentialsResult],
        description:
          'The outcomes in the order of the references: ConflictError if the user has not connected anything, NotFoundError if the caller cannot reach it.',
        resolve: (items) => items,
      }),
    }),
  });

builder.mutationField('resolveCredentials', (t) =>
  t.field({
    ...operationField(resolveCredentials),
    type: ResolvedCredentials,
    args: {
      input: t.arg({
        type: ResolveCredentialsInput,
        description: 'The references, the app and the end user.',
      }),
    },
    resolve: (_root, { input }, context) => perform(resolveCredentials, context, input),
  }),
);
