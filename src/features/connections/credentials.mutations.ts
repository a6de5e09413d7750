import { builder } from '../../core/graphql/builder.ts';
import { operationFieldWithoutErrors } from '../../core/graphql/operation-field.ts';
import { perform } from '../../core/operations/perform.ts';
import { fetchCredentials } from './fetch-credentials.operation.ts';
import type { Credentials } from './open-credentials.ts';

const CredentialsRef = builder.objectRef<Credentials>('Credentials').implement({
  description:
    'The complete config of a connection, secrets included. No other type contains secrets.',
  fields: (t) => ({
    connectionId: t.exposeID('connectionId', {
      nullable: true,
      description:
        'The id of the connection; null for a Pipedream account, whose `type` is `pipedream_account`.',
    }),
    type: t.exposeString('type', {
      description: 'The full identifier of the connection type, or `pipedream_account`.',
    }),
    config: t.expose('config', {
      type: 'JSONObject',
      description:
        'The decrypted config with its secrets; for an OAuth connection with its current access token.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'The time when the credentials expire; null if that is unknown.',
    }),
  }),
});

export const FetchCredentialsResult = builder.errorUnion('FetchCredentialsResult', {
  description: 'The fetched credentials, or the reason why they were not returned.',
  types: [CredentialsRef, ...fetchCredentials.errors],
  resolveType: () => CredentialsRef,
});

const FetchCredentialsInput = builder.inputType('FetchCredentialsInput', {
  description: 'The connection whose credentials you want.',
  fields: (t) => ({ id: t.id({ description: 'The id of the connection to open.' }) }),
});

builder.mutationField('fetchCredentials', (t) =>
  t.field({
    ...operationFieldWithoutErrors(fetchCredentials), // the union holds them
    type: FetchCredentialsResult,
    args: { input: t.arg({ type: FetchCredentialsInput, description: 'The connection to open.' }) },
    resolve: (_root, { input }, context) => perform(fetchCredentials, context, input),
  }),
);
