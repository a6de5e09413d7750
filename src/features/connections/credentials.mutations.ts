import { builder } from '../../core/graphql/builder.ts';
import { operationFieldWithoutErrors } from '../../core/graphql/operation-field.ts';
import { perform } from '../../core/operations/perform.ts';
import { fetchCredentials } from './credentials.service.ts';
import type { Credentials } from './open-credentials.ts';

const CredentialsRef = builder.objectRef<Credentials>('Credentials').implement({
  description: 'A whole config, secrets included. Nothing else gives them out.',
  fields: (t) => ({
    connectionId: t.exposeID('connectionId', {
      nullable: true,
      description: 'Null for a Pipedream account, whose `type` is `pipedream_account`.',
    }),
    type: t.exposeString('type', { description: "The connection's type." }),
    config: t.expose('config', { type: 'JSONObject', description: 'The decrypted config.' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it stops working; null when nothing says so.',
    }),
  }),
});

export const FetchCredentialsResult = builder.errorUnion('FetchCredentialsResult', {
  description: 'Credentials, or why there are none.',
  types: [CredentialsRef, ...fetchCredentials.errors],
  resolveType: () => CredentialsRef,
});

const FetchCredentialsInput = builder.inputType('FetchCredentialsInput', {
  description: 'Whose credentials to fetch.',
  fields: (t) => ({ id: t.id({ description: 'The connection.' }) }),
});

builder.mutationField('fetchCredentials', (t) =>
  t.field({
    ...operationFieldWithoutErrors(fetchCredentials), // the union holds them
    type: FetchCredentialsResult,
    args: { input: t.arg({ type: FetchCredentialsInput, description: 'Which connection.' }) },
    resolve: (_root, { input }, context) => perform(fetchCredentials, context, input),
  }),
);
