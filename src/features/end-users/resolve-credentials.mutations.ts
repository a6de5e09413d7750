import { z } from 'zod';
import { builder } from '../../core/graphql/builder.ts';
import { type AppError, ForbiddenError, InvalidInputError } from '../../platform/errors.ts';
import { userId } from '../../platform/input.ts';
import { mostReferences } from '../../platform/limits.ts';
import { FetchCredentialsResult } from '../connections/credentials.mutations.ts';
import type { Credentials } from '../connections/open-credentials.ts';
import { resolveCredentials } from './resolve-credentials.service.ts';

const CredentialReference = builder.inputType('CredentialReference', {
  description: 'What to open: exactly one of the two.',
  isOneOf: true,
  fields: (t) => ({
    connectionId: t.id({ required: false, description: 'A connection of the project.' }),
    requirementId: t.id({
      required: false,
      description: 'What the user brought for this requirement.',
    }),
  }),
});

const ResolveCredentialsInput = builder.inputType('ResolveCredentialsInput', {
  description: 'What a run needs, and for whom.',
  validate: z.looseObject({
    userId: userId.nullish(),
    references: z.array(z.unknown()).max(mostReferences, `cannot hold more than ${mostReferences}`),
  }),
  fields: (t) => ({
    appId: t.id({ required: false, description: 'The app of the requirements.' }),
    userId: t.string({
      required: false,
      description: 'The user whose accounts are meant, as the app names them.',
    }),
    references: t.field({
      type: [CredentialReference],
      description: 'What to open, at most 100.',
    }),
  }),
});

const ResolvedCredentials = builder
  .objectRef<(Credentials | AppError)[]>('ResolvedCredentials')
  .implement({
    description: 'What was asked for, each with its own outcome.',
    fields: (t) => ({
      items: t.field({
        type: [FetchCredentialsResult],
        description:
          'In the order asked. What the user has not brought is a ConflictError, what is out of reach a NotFoundError.',
        resolve: (items) => items,
      }),
    }),
  });

builder.mutationField('resolveCredentials', (t) =>
  t.field({
    type: ResolvedCredentials,
    description:
      'What a runtime asks before a run: many at once, each by connection or by requirement; one bad item does not fail the others. Every one is audited.',
    authScopes: { role: 'runtime' },
    extensions: { audit: 'credentials.resolve' },
    errors: { types: [InvalidInputError, ForbiddenError] },
    args: { input: t.arg({ type: ResolveCredentialsInput, description: 'What to open.' }) },
    resolve: (_root, { input: { appId, userId, references } }, context) =>
      resolveCredentials(context, references, {
        appId: appId ?? undefined,
        userId: userId ?? undefined,
      }),
  }),
);
