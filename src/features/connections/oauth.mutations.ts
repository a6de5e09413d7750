import { builder } from '../../core/graphql/builder.ts';
import { operationField } from '../../core/graphql/operation-field.ts';
import { perform } from '../../core/operations/perform.ts';
import {
  type Authorization,
  authorizeConnection,
} from '../../oauth/consent/authorize-connection.operation.ts';
import { ConnectionRef } from './connection.type.ts';
import { requireConnection } from './connections.operations.ts';
import { refreshConnection } from './refresh-connection.operation.ts';

const AuthorizeConnectionInput = builder.inputType('AuthorizeConnectionInput', {
  description: 'The connection that needs a consent.',
  fields: (t) => ({
    id: t.id({ description: 'The id of the connection, which has an OAuth type.' }),
    redirectUrl: t.field({
      type: 'URL',
      required: false,
      description:
        "The address to which the browser goes after the consent, with the query parameter `status`. It must be one of the project's redirect URLs.",
    }),
  }),
});

const RefreshConnectionInput = builder.inputType('RefreshConnectionInput', {
  description: 'The connection whose access token you want to refresh.',
  fields: (t) => ({ id: t.id({ description: 'The id of the connection to refresh.' }) }),
});

export const AuthorizationRef = builder.objectRef<Authorization>('Authorization').implement({
  description: 'The address to which you send a person for their consent.',
  fields: (t) => ({
    url: t.expose('url', { type: 'URL', description: "The page to open in the person's browser." }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description: 'The time when the address expires. It works only once.',
    }),
  }),
});

builder.mutationFields((t) => ({
  authorizeConnection: t.field({
    ...operationField(authorizeConnection),
    type: AuthorizationRef,
    args: {
      input: t.arg({ type: AuthorizeConnectionInput, description: 'The connection to authorize.' }),
    },
    resolve: (_root, { input: { id, redirectUrl } }, context) =>
      perform(authorizeConnection, context, { id, redirectUrl: redirectUrl?.href }),
  }),
  refreshConnection: t.field({
    ...operationField(refreshConnection),
    type: ConnectionRef,
    args: {
      input: t.arg({ type: RefreshConnectionInput, description: 'The connection to refresh.' }),
    },
    resolve: async (_root, { input }, context) => {
      const { id } = await perform(refreshConnection, context, input);
      return requireConnection(context, id);
    },
  }),
}));
