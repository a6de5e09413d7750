import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';
import { createAdapter } from './oidc-provider.adapter.ts';
import { interact } from './oidc-provider.interaction.ts';

export type OidcOptions = {
  /** The redirect URIs of the client. */
  redirectUris: string[];
  client?: { id: string; secret: string };
  clientAuthentication?: 'client_secret_basic' | 'client_secret_post';
  /** Scopes besides `openid` and `offline_access`; a request without a known scope is denied. */
  scopes?: string[];
  accessTokenSeconds?: number;
  port?: number;
  /** Whether its pages ask a person to sign in and to consent; by default every request consents at once. */
  asks?: boolean;
  /** Called for every exchange and refresh with the request and the response. */
  onGrant?: (sent: Record<string, unknown>, given: Record<string, unknown>) => void;
};

/** The certified oidc-provider on 127.0.0.1: PKCE is required, refresh tokens rotate, every request consents. */
export type OidcProvider = {
  issuer: string;
  client: { id: string; secret: string };
  authorizationEndpoint: string;
  tokenEndpoint: string;
  revocationEndpoint: string;
  /** The key of its signatures. */
  signingKey: KeyObject;
  /** The account that logs in when a browser has no session. */
  account: string;
  /** Grants and refusals of the token endpoint, and consents that ended by reuse or revocation. */
  counts: { grants: number; refusals: number; revocations: number };
  stop(): Promise<void>;
};

export async function startOidcProvider(options: OidcOptions): Promise<OidcProvider> {
  const { client = { id: 'client', secret: 'a-client-secret-of-32-characters' } } = options;
  const server = createServer();
  await new Promise<void>((done) => server.listen(options.port ?? 0, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('It has no port.');
  const issuer = `http://127.0.0.1:${address.port}`;
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const provider = new Provider(issuer, configure({ ...options, client }, privateKey));
  const facts: OidcProvider = {
    issuer,
    client,
    authorizationEndpoint: `${issuer}/auth`,
    tokenEndpoint: `${issuer}/token`,
    revocationEndpoint: `${issuer}/token/revocation`,
    signingKey: privateKey,
    account: 'account-a',
    counts: { grants: 0, refusals: 0, revocations: 0 },
    stop: () =>
      new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
  count(provider, facts.counts, options);
  const handle = provider.callback();
  server.on('request', (request, response) => {
    const isOurs = options.asks !== true && request.url?.startsWith('/interaction/');
    if (!isOurs) return handle(request, response);
    interact(provider, facts.account, request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  return facts;
}

// In seconds. Every lifetime is set, because the package prints a notice for each missing one.
const lives = {
  IdToken: 600,
  Interaction: 600,
  Session: 86_400,
  Grant: 86_400,
  RefreshToken: 86_400,
};

function configure(
  options: OidcOptions & { client: { id: string; secret: string } },
  privateKey: KeyObject,
) {
  const { client, redirectUris, scopes = ['read', 'write'], accessTokenSeconds = 3600 } = options;
  const { clientAuthentication = 'client_secret_basic', asks = false } = options;
  return {
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        redirect_uris: redirectUris,
        grant_types: ['authorization_code', 'refresh_token'],
        token_endpoint_auth_method: clientAuthentication,
      },
    ],
    adapter: createAdapter(),
    scopes: ['openid', 'offline_access', ...scopes],
    pkce: { methods: ['S256'], required: () => true },
    rotateRefreshToken: true,
    // The package needs `prompt=consent` with offline_access, which not every OAuth client sends.
    issueRefreshToken: () => true,
    expiresWithSession: () => false,
    ttl: { ...lives, AccessToken: accessTokenSeconds },
    renderError,
    features: { devInteractions: { enabled: asks }, revocation: { enabled: true } },
    findAccount: (_: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id }) }),
    ...(!asks && { interactions: { url: interactionPath } }),
    cookies: { keys: ['for tests only'] },
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256' }] },
  };
}

function interactionPath(_: unknown, { uid }: { uid: string }): string {
  return `/interaction/${uid}`;
}

type TokenContext = { oidc: { params: Record<string, unknown> }; body: Record<string, unknown> };

function count(provider: Provider, counts: OidcProvider['counts'], { onGrant }: OidcOptions): void {
  provider.on('grant.success', ({ oidc, body }: TokenContext) => {
    counts.grants += 1;
    onGrant?.(oidc.params, body);
  });
  provider.on('grant.error', () => {
    counts.refusals += 1;
  });
  provider.on('grant.revoked', () => {
    counts.revocations += 1;
  });
}

/** The page of an error that is not redirected to a client. */
function renderError(context: { body?: unknown }, { error }: { error: string }): void {
  context.body = error;
}
