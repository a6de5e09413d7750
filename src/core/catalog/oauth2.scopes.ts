import type { ScopeFacts } from './connection-type.ts';

/** Scopes are granted under the names that they were asked for by. */
export const literalScopes: ScopeFacts = {
  ignoresCase: false,
  optionalPrefix: '',
  aliases: new Map(),
  includes: new Map(),
  unnamed: [],
};

/* https://developers.google.com/identity/protocols/oauth2/scopes: OpenID Connect's short names are answered as URLs. */
export const googleScopes: ScopeFacts = {
  ...literalScopes,
  aliases: new Map([
    ['email', 'https://www.googleapis.com/auth/userinfo.email'],
    ['profile', 'https://www.googleapis.com/auth/userinfo.profile'],
  ]),
};

/*
 * https://learn.microsoft.com/entra/identity-platform/scopes-oidc: names are compared without case, those
 * of Graph need no prefix, and those of OpenID Connect and `.default` are not among what is answered.
 * `offline_access` is not here: a refresh token proves it, with any provider.
 */
export const microsoftScopes: ScopeFacts = {
  ...literalScopes,
  ignoresCase: true,
  optionalPrefix: 'https://graph.microsoft.com/',
  unnamed: ['openid', 'profile', 'email', '.default'],
};

/* https://docs.github.com/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps: what is included is left out of the answer. */
export const githubScopes: ScopeFacts = {
  ...literalScopes,
  includes: new Map([
    ['repo', ['repo:status', 'repo_deployment', 'public_repo', 'repo:invite', 'security_events']],
    ['admin:repo_hook', ['write:repo_hook']],
    ['write:repo_hook', ['read:repo_hook']],
    ['admin:org', ['write:org', 'manage_runners:org']],
    ['write:org', ['read:org']],
    ['admin:public_key', ['write:public_key']],
    ['write:public_key', ['read:public_key']],
    ['admin:gpg_key', ['write:gpg_key']],
    ['write:gpg_key', ['read:gpg_key']],
    ['admin:ssh_signing_key', ['write:ssh_signing_key']],
    ['write:ssh_signing_key', ['read:ssh_signing_key']],
    ['user', ['read:user', 'user:email', 'user:follow']],
    ['project', ['read:project']],
    ['write:packages', ['read:packages']],
    ['write:discussion', ['read:discussion']],
    ['write:network_configurations', ['read:network_configurations']],
    ['codespace', ['codespace:secrets']],
    ['audit_log', ['read:audit_log']],
    ['copilot', ['manage_billing:copilot']],
    [
      'admin:enterprise',
      ['manage_runners:enterprise', 'manage_billing:enterprise', 'read:enterprise'],
    ],
  ]),
};
