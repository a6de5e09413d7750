import { type ConnectionType, findConnectionType } from '../../core/catalog/catalog.ts';
import { builder } from '../../core/graphql/builder.ts';
import { missingScopes } from '../../oauth/consent/missing-scopes.ts';
import type { OAuthState } from '../../oauth/provider/oauth-state.ts';
import { ConnectionRef } from './connection.type.ts';

type StateOfType = OAuthState & { type: ConnectionType | undefined };

const OAuthStateRef = builder.objectRef<StateOfType>('OAuthState').implement({
  description: "The health of an OAuth connection's grant. It never contains a token.",
  fields: (t) => ({
    scopes: t.exposeStringList('scopes', { description: 'The scopes that the provider granted.' }),
    missingScopes: t.stringList({
      description: 'The requested scopes that the provider did not grant.',
      resolve: ({ type, wantedScopes, scopes, hasRefreshToken }) =>
        missingScopes(type, wantedScopes, { scopes, refreshable: hasRefreshToken }),
    }),
    accessTokenExpiresAt: t.expose('accessTokenExpiresAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'The time when the access token expires; null if it does not expire or does not exist.',
    }),
    refreshable: t.exposeBoolean('refreshable', {
      description: 'Whether the server can get a new access token without a new consent.',
    }),
    lastRefreshedAt: t.expose('lastRefreshedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'The time of the last successful refresh; null if there was none.',
    }),
    nextRefreshAt: t.expose('nextRefreshAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'The time of the next scheduled refresh, or of the next attempt after a failure; null if none is scheduled.',
    }),
    consecutiveFailures: t.exposeInt('consecutiveFailures', {
      description: 'The number of refreshes that have failed since the last success.',
    }),
    lastRefreshError: t.exposeString('lastRefreshError', {
      nullable: true,
      description: 'The reason why the last refresh failed, for people; null after a success.',
    }),
  }),
});

builder.objectFields(ConnectionRef, (t) => ({
  oauth: t.field({
    type: OAuthStateRef,
    nullable: true,
    description: 'The health of the OAuth grant; null for a type that is not OAuth.',
    resolve: async ({ id, type: name }, _args, { deps }) => {
      const type = findConnectionType(name);
      if (type?.oauth2 === undefined) return null;
      return { ...(await deps.loadOAuthState(id)), type };
    },
  }),
}));
