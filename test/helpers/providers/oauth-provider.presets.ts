import type { Switches } from './oauth-provider.switches.ts';

type Preset = Partial<Switches>;

/** The behaviour of the catalogue's providers according to their documentation. */
export const presets = {
  google: {
    clientAuthentication: 'body',
    rotation: 'off',
    refreshToken: 'first',
    expiresIn: 3599,
    account: 'id_token',
  },
  dropbox: {
    clientAuthentication: 'body',
    rotation: 'off',
    refreshToken: 'first',
    expiresIn: 14_400,
    tokenType: 'bearer',
    account: 'dropbox',
  },
  // Never names offline_access among the scopes that it granted.
  microsoft: {
    clientAuthentication: 'body',
    rotation: 'lenient',
    expiresIn: 4_711,
    withheldScopes: ['offline_access'],
  },
  box: {
    clientAuthentication: 'body',
    rotation: 'strict',
    expiresIn: 4_100,
    tokenType: 'bearer',
    scope: 'none',
  },
  notion: {
    clientAuthentication: 'basic+json',
    refreshToken: 'never',
    expiresIn: null,
    tokenType: 'bearer',
    scope: 'none',
    account: 'notion',
  },
  // Scopes are separated by commas, errors are 200.
  github: {
    clientAuthentication: 'body',
    refreshToken: 'never',
    expiresIn: null,
    tokenType: 'bearer',
    scope: 'repo,gist',
    errorStatus: 200,
    formUnlessAccepted: true,
  },
  generic: { clientAuthentication: 'basic', rotation: 'revoke_family', iss: 'own' },
} as const satisfies Record<string, Preset>;
