import { z } from 'zod';
import { builder } from '../../core/graphql/builder.ts';
import { ForbiddenError, InvalidInputError, NotFoundError } from '../../platform/errors.ts';
import { userId } from '../../platform/input.ts';
import { ConnectTokenRef, RevokedConnectTokensRef } from './connect-token.type.ts';
import { createConnectToken } from './create-connect-token.service.ts';
import { revokeConnectTokens } from './revoke-connect-tokens.service.ts';

const CreateConnectTokenInput = builder.inputType('CreateConnectTokenInput', {
  description: 'Whom a connect token shall speak for.',
  validate: z.looseObject({ userId }),
  fields: (t) => ({
    userId: t.string({
      description: 'The end user, as the app names them; 1 to 255 characters. Trimmed.',
    }),
    appId: t.id({
      required: false,
      description: 'The app. Only the REST routes on its hostname fill it in.',
    }),
  }),
});

const RevokeConnectTokensInput = builder.inputType('RevokeConnectTokensInput', {
  description: 'Which connect tokens to revoke: exactly one of `jti` and `userId`.',
  validate: z.looseObject({ userId: userId.nullish() }),
  fields: (t) => ({
    appId: t.id({ description: 'The app.' }),
    jti: t.string({ required: false, description: 'One token, by its claim `jti`.' }),
    userId: t.string({ required: false, description: 'All that this end user has.' }),
  }),
});

builder.mutationFields((t) => ({
  createConnectToken: t.field({
    type: ConnectTokenRef,
    description:
      'Makes a credential with which an end user of an app brings what it asks for. At most 5 an operation.',
    authScopes: { appCaller: 'runtime' },
    extensions: { audit: 'connect_token.create', limit: 'connectTokens' },
    errors: { types: [InvalidInputError, NotFoundError, ForbiddenError] },
    args: { input: t.arg({ type: CreateConnectTokenInput, description: 'For whom.' }) },
    resolve: (_root, { input }, context) => createConnectToken(context, input),
  }),
  revokeConnectTokens: t.field({
    type: RevokedConnectTokensRef,
    description: "Ends one connect token, or all of a user's in the app: at once, everywhere.",
    authScopes: { role: 'runtime' },
    extensions: { audit: 'connect_token.revoke' },
    errors: { types: [InvalidInputError, NotFoundError, ForbiddenError] },
    args: { input: t.arg({ type: RevokeConnectTokensInput, description: 'Which ones.' }) },
    resolve: async (_root, { input }, context) => ({
      count: await revokeConnectTokens(context, input),
    }),
  }),
}));
