import type { ConnectionType, OAuthFacts } from './connection-type.ts';
import { typesOf } from './connection-type.ts';
import { described, issued, optional, scopes as scopeList, secret, url } from './fields.ts';
import { githubScopes, googleScopes, literalScopes, microsoftScopes } from './oauth2.scopes.ts';

type Provider = Partial<OAuthFacts> & { authorizationEndpoint: string; tokenEndpoint: string };

const oauth2 = typesOf('oauth2');

const usualFacts: OAuthFacts = {
  defaultScopes: [],
  alwaysScopes: [],
  authorizationEndpoint: null,
  tokenEndpoint: null,
  revocationEndpoint: null,
  extraAuthorizationParams: {},
  clientAuthentication: 'body',
  issuesRefreshToken: true,
  scopeFacts: literalScopes,
};

function provider(name: string, label: string, facts: Provider): ConnectionType {
  const scopes = scopeList([...(facts.defaultScopes ?? [])]);
  const clientId = described(
    optional(issued('client_id')),
    "Left out, the server's own client is used.",
  );
  const fields = [clientId, optional(secret('client_secret')), scopes];
  return { ...oauth2(name, label, fields), oauth2: { ...usualFacts, ...facts } };
}

const anyProvider: ConnectionType = {
  ...oauth2('OAuth2', 'OAuth 2.0 (any provider)', [
    url('authorization_url'),
    url('token_url'),
    issued('client_id'),
    optional(secret('client_secret')),
    scopeList(),
  ]),
  oauth2: { ...usualFacts, clientAuthentication: 'basic' },
};

/** Accounts that a person links by consent. */
export const oauth2Types: readonly ConnectionType[] = [
  provider('GoogleOAuth2', 'Google', {
    defaultScopes: [
      'https://www.googleapis.com/auth/userinfo.email',
      'https://www.googleapis.com/auth/userinfo.profile',
      'https://www.googleapis.com/auth/drive.readonly',
    ],
    authorizationEndpoint: 'https://accounts.google.com/o/oauth2/v2/auth',
    tokenEndpoint: 'https://oauth2.googleapis.com/token',
    revocationEndpoint: 'https://oauth2.googleapis.com/revoke',
    extraAuthorizationParams: { access_type: 'offline', prompt: 'consent' },
    scopeFacts: googleScopes,
  }),
  provider('DropboxOAuth2', 'Dropbox', {
    defaultScopes: ['account_info.read', 'files.metadata.read', 'files.content.read'],
    authorizationEndpoint: 'https://www.dropbox.com/oauth2/authorize',
    tokenEndpoint: 'https://api.dropboxapi.com/oauth2/token',
    extraAuthorizationParams: { token_access_type: 'offline' },
  }),
  provider('MicrosoftOAuth2', 'Microsoft', {
    defaultScopes: ['User.Read', 'Files.Read.All', 'Sites.Read.All'],
    alwaysScopes: ['offline_access'],
    authorizationEndpoint: 'https://login.microsoftonline.com/common/oauth2/v2.0/authorize',
    tokenEndpoint: 'https://login.microsoftonline.com/common/oauth2/v2.0/token',
    scopeFacts: microsoftScopes,
  }),
  provider('BoxOAuth2', 'Box', {
    defaultScopes: ['root_readwrite'],
    authorizationEndpoint: 'https://account.box.com/api/oauth2/authorize',
    tokenEndpoint: 'https://api.box.com/oauth2/token',
    revocationEndpoint: 'https://api.box.com/oauth2/revoke',
  }),
  provider('NotionOAuth2', 'Notion', {
    authorizationEndpoint: 'https://api.notion.com/v1/oauth/authorize',
    tokenEndpoint: 'https://api.notion.com/v1/oauth/token',
    extraAuthorizationParams: { owner: 'user' },
    clientAuthentication: 'basic+json',
    issuesRefreshToken: false,
  }),
  provider('GitHubOAuth2', 'GitHub', {
    authorizationEndpoint: 'https://github.com/login/oauth/authorize',
    tokenEndpoint: 'https://github.com/login/oauth/access_token',
    issuesRefreshToken: false,
    scopeFacts: githubScopes,
  }),
  anyProvider,
];
