import { builder } from '../../core/graphql/builder.ts';
import { operationField } from '../../core/graphql/operation-field.ts';
import { perform } from '../../core/operations/perform.ts';
import { type Authorization, authorizeConnection } from '../../oauth/consent/authorize.service.ts';
import { ConnectionRef } from './connection.type.ts';
import { requireConnection } from './connections.service.ts';
import { refreshConnection } from './refresh-connection.service.ts';

const AuthorizeConnectionInput = builder.inputType('AuthorizeConnectionInput', {
  description: 'Which connection to authorize.',
  fields: (t) => ({
    id: t.id({ description: 'The connection, of an OAuth type.' }),
    redirectUrl: t.field({
      type: 'URL',
      required: false,
      description:
        "Where the browser goes afterwards, with `status`: one of the project's redirect URLs.",
    }),
  }),
});

const RefreshConnectionInput = builder.inputType('RefreshConnectionInput', {
  description: 'Which connection to refresh.',
  fields: (t) => ({ id: t.id({ description: 'The connection.' }) }),
});

export const AuthorizationRef = builder.objectRef<Authorization>('Authorization').implement({
  description: 'Where to send a person for their consent.',
  fields: (t) => ({
    url: t.expose('url', { type: 'URL', description: "The provider's page for their browser." }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description: 'Until when it works. It works once.',
    }),
  }),
});

builder.mutationFields((t) => ({
  authorizeConnection: t.field({
    ...operationField(authorizeConnection),
    type: AuthorizationRef,
    args: { input: t.arg({ type: AuthorizeConnectionInput, description: 'Which connection.' }) },
    resolve: (_root, { input: { id, redirectUrl } }, context) =>
      perform(authorizeConnection, context, { id, redirectUrl: redirectUrl?.href }),
  }),
  refreshConnection: t.field({
    ...operationField(refreshConnection),
    type: ConnectionRef,
    args: { input: t.arg({ type: RefreshConnectionInput, description: 'Which connection.' }) },
    resolve: async (_root, { input }, context) => {
      const { id } = await perform(refreshConnection, context, input);
      return requireConnection(context, id);
    },
  }),
}));
