import type { ProviderName } from '../helpers/world.ts';

/** The requests that a provider's documentation asks for. */
type Expected = {
  /** Parameters of the consent's address besides the common ones. */
  params: Record<string, string>;
  authentication: 'body' | 'basic';
  contentType?: string;
  /** Lifetime of the token in seconds; null when it does not end. */
  life: number | null;
  refreshable: boolean;
  scopes: string[];
  rotates?: boolean;
};

const user = 'https://www.googleapis.com/auth/userinfo';
const googleScopes = [
  `${user}.email`,
  `${user}.profile`,
  'https://www.googleapis.com/auth/drive.readonly',
];
const dropboxScopes = ['account_info.read', 'files.metadata.read', 'files.content.read'];
const microsoftScopes = ['User.Read', 'Files.Read.All', 'Sites.Read.All'];

/** The requests and responses of each provider in the catalogue. */
export const providers: Record<ProviderName, Expected> = {
  google: {
    params: { scope: googleScopes.join(' '), access_type: 'offline', prompt: 'consent' },
    authentication: 'body',
    life: 3599,
    refreshable: true,
    scopes: googleScopes,
  },
  dropbox: {
    params: { scope: dropboxScopes.join(' '), token_access_type: 'offline' },
    authentication: 'body',
    life: 14_400,
    refreshable: true,
    scopes: dropboxScopes,
  },
  microsoft: {
    params: { scope: [...microsoftScopes, 'offline_access'].join(' ') },
    authentication: 'body',
    life: 4711,
    refreshable: true,
    scopes: microsoftScopes,
    rotates: true,
  },
  box: {
    params: { scope: 'root_readwrite' },
    authentication: 'body',
    life: 4100,
    refreshable: true,
    scopes: ['root_readwrite'],
    rotates: true,
  },
  notion: {
    params: { owner: 'user' },
    authentication: 'basic',
    contentType: 'application/json',
    life: null,
    refreshable: false,
    scopes: [],
  },
  github: {
    params: {},
    authentication: 'body',
    life: null,
    refreshable: false,
    scopes: ['repo', 'gist'],
  },
  generic: {
    params: { scope: 'read' },
    authentication: 'basic',
    life: 3600,
    refreshable: true,
    scopes: ['read'],
    rotates: true,
  },
};
