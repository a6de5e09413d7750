import type { ConnectionType } from '../../core/catalog/connection-type.ts';
import { findConnectionType } from '../../core/catalog/connection-types.ts';
import { builder } from '../../core/graphql/builder.ts';
import { missingScopes } from '../../oauth/consent/missing-scopes.ts';
import { loadOAuthState, type OAuthState } from '../../oauth/provider/oauth-state.ts';
import { ConnectionRef } from './connection.type.ts';

type StateOfType = OAuthState & { type: ConnectionType | undefined };

const OAuthStateRef = builder.objectRef<StateOfType>('OAuthState').implement({
  description: 'How the grant of an OAuth connection fares. Never a token.',
  fields: (t) => ({
    scopes: t.exposeStringList('scopes', { description: 'What the provider granted.' }),
    missingScopes: t.stringList({
      description: 'What was asked for and not granted.',
      resolve: ({ type, wantedScopes, scopes, hasRefreshToken }) =>
        missingScopes(type, wantedScopes, { scopes, refreshable: hasRefreshToken }),
    }),
    accessTokenExpiresAt: t.expose('accessTokenExpiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the access token ends; null when it does not, or there is none.',
    }),
    refreshable: t.exposeBoolean('refreshable', {
      description: 'Whether a new access token can be had without a person.',
    }),
    lastRefreshedAt: t.expose('lastRefreshedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When a refresh last succeeded.',
    }),
    nextRefreshAt: t.expose('nextRefreshAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the next refresh ahead of time, or the next attempt, is due.',
    }),
    consecutiveFailures: t.exposeInt('consecutiveFailures', {
      description: 'How many refreshes in a row have failed.',
    }),
    lastRefreshError: t.exposeString('lastRefreshError', {
      nullable: true,
      description: 'Why the last refresh failed, in words a person can act on.',
    }),
  }),
});

builder.objectFields(ConnectionRef, (t) => ({
  oauth: t.field({
    type: OAuthStateRef,
    nullable: true,
    description: 'Null for types that are not OAuth.',
    resolve: async ({ id, type: name }, _args, { deps }) => {
      const type = findConnectionType(name);
      if (type?.oauth2 === undefined) return null;
      return { ...(await loadOAuthState(deps)(id)), type };
    },
  }),
}));
