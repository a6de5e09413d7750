import { z } from 'zod';
import { builder } from '../../core/graphql/builder.ts';
import { ForbiddenError, InvalidInputError, NotFoundError } from '../../platform/errors.ts';
import { userId } from '../../platform/input.ts';
import { ConnectTokenRef, RevokedConnectTokensRef } from './connect-token.type.ts';
import { createConnectToken } from './create-connect-token.service.ts';
import { revokeConnectTokens } from './revoke-connect-tokens.service.ts';

const CreateConnectTokenInput = builder.inputType('CreateConnectTokenInput', {
  description: 'The end user for whom you create a connect token.',
  validate: z.looseObject({ userId }),
  fields: (t) => ({
    userId: t.string({
      description:
        'The id that the app gives to the end user, 1 to 255 characters. The server trims it.',
    }),
    appId: t.id({
      required: false,
      description:
        "The id of the app. It is required in GraphQL; only the REST routes on the app's hostname fill it in.",
    }),
  }),
});

const RevokeConnectTokensInput = builder.inputType('RevokeConnectTokensInput', {
  description: 'The connect tokens to revoke. Give exactly one of `jti` and `userId`.',
  validate: z.looseObject({ userId: userId.nullish() }),
  fields: (t) => ({
    appId: t.id({ description: 'The id of the app that the tokens are for.' }),
    jti: t.string({ required: false, description: 'The claim `jti` of the one token to revoke.' }),
    userId: t.string({
      required: false,
      description: 'The end user whose tokens are all revoked, by the id that the app gives them.',
    }),
  }),
});

builder.mutationFields((t) => ({
  createConnectToken: t.field({
    type: ConnectTokenRef,
    description:
      'Creates a credential with which an end user of an app fulfils its requirements. An operation can create at most 5.',
    authScopes: { appCaller: 'runtime' },
    extensions: { audit: 'connect_token.create', limit: 'connectTokens' },
    errors: { types: [InvalidInputError, NotFoundError, ForbiddenError] },
    args: {
      input: t.arg({ type: CreateConnectTokenInput, description: 'The app and its end user.' }),
    },
    resolve: (_root, { input }, context) => createConnectToken(context, input),
  }),
  revokeConnectTokens: t.field({
    type: RevokedConnectTokensRef,
    description:
      'Revokes one connect token, or all connect tokens of an end user of the app. Every process refuses them from the next request on.',
    authScopes: { role: 'runtime' },
    extensions: { audit: 'connect_token.revoke' },
    errors: { types: [InvalidInputError, NotFoundError, ForbiddenError] },
    args: {
      input: t.arg({
        type: RevokeConnectTokensInput,
        description: 'The connect tokens to revoke.',
      }),
    },
    resolve: async (_root, { input }, context) => ({
      count: await revokeConnectTokens(context, input),
    }),
  }),
}));
