import { builder } from '../../core/graphql/builder.ts';
import { operationField } from '../../core/graphql/operation-field.ts';
import { perform } from '../../core/operations/perform.ts';
import { type ConnectToken, createConnectToken } from './create-connect-token.operation.ts';
import { revokeConnectTokens } from './revoke-connect-tokens.operation.ts';

const ConnectTokenRef = builder.objectRef<ConnectToken>('ConnectToken').implement({
  description: 'A credential for one end user of one app.',
  fields: (t) => ({
    token: t.exposeString('token', {
      description: 'The token itself. No other operation returns it.',
    }),
    url: t.expose('url', {
      type: 'URL',
      description:
        'The address of the connect page, where the user fulfils the requirements of the app.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description: 'The time when the token expires: 24 hours after its creation.',
    }),
  }),
});

const RevokedConnectTokensRef = builder
  .objectRef<{ count: number }>('RevokedConnectTokens')
  .implement({
    description: 'The outcome of a revocation of connect tokens.',
    fields: (t) => ({
      count: t.exposeInt('count', {
        description:
          'The number of revocations that took effect: 0 if there was nothing to revoke, otherwise 1, even if the user had several tokens.',
      }),
    }),
  });

const CreateConnectTokenInput = builder.inputType('CreateConnectTokenInput', {
  description: 'The end user who needs a connect token.',
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
    ...operationField(createConnectToken, { limit: 'connectTokens' }),
    type: ConnectTokenRef,
    args: {
      input: t.arg({ type: CreateConnectTokenInput, description: 'The app and its end user.' }),
    },
    resolve: (_root, { input }, context) => perform(createConnectToken, context, input),
  }),
  revokeConnectTokens: t.field({
    ...operationField(revokeConnectTokens),
    type: RevokedConnectTokensRef,
    args: {
      input: t.arg({
        type: RevokeConnectTokensInput,
        description: 'The connect tokens to revoke.',
      }),
    },
    resolve: (_root, { input }, context) => perform(revokeConnectTokens, context, input),
  }),
}));
