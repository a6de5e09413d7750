import * as oauth from 'oauth4webapi';
import { createOutboundFetch } from '../../../src/core/outbound/outbound-fetch.ts';
import { consentInBrowser } from './oauth-provider.browser.ts';

export const redirectUri = 'https://patchbay.example/v1/oauth2/callback';

type Provider = {
  issuer: string;
  client: { id: string; secret?: string };
  authorizationEndpoint: string;
  tokenEndpoint: string;
  revocationEndpoint: string;
};

type Sent = { redirectUri: string; verifier?: string | undefined };

export type Method = 'basic' | 'body' | 'basic+json';

/** A client of a local provider: oauth4webapi with the server's own fetch. */
export function createFlow(provider: Provider, method: Method = 'basic') {
  const server: oauth.AuthorizationServer = {
    issuer: provider.issuer,
    authorization_endpoint: provider.authorizationEndpoint,
    token_endpoint: provider.tokenEndpoint,
    revocation_endpoint: provider.revocationEndpoint,
  };
  const client: oauth.Client = { client_id: provider.client.id };
  const { secret = '' } = provider.client;
  const authenticate =
    method === 'body' ? oauth.ClientSecretPost(secret) : oauth.ClientSecretBasic(secret);
  const fetch = createOutboundFetch({ allowed: { hosts: new Set(), ranges: [] }, trusted: true });
  const options = {
    [oauth.allowInsecureRequests]: true,
    [oauth.customFetch]: method === 'basic+json' ? asJson(fetch) : fetch,
  };
  const state = oauth.generateRandomState();
  const verifier = oauth.generateRandomCodeVerifier();

  /** Sends a browser to the provider, and returns the address that it comes back to. */
  async function consent(scope = 'read', more: Record<string, string> = {}): Promise<URL> {
    const url = new URL(provider.authorizationEndpoint);
    const challenge = await oauth.calculatePKCECodeChallenge(verifier);
    const params = {
      client_id: client.client_id,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope,
      state,
      code_challenge: challenge,
      code_challenge_method: 'S256',
      ...more,
    };
    for (const [name, value] of Object.entries(params)) url.searchParams.set(name, value);
    return consentInBrowser(url.href, redirectUri);
  }

  async function exchange(callback: URL, sent: Sent = { redirectUri }) {
    const params = oauth.validateAuthResponse(server, client, callback, state);
    const answer = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      authenticate,
      params,
      sent.redirectUri,
      sent.verifier ?? verifier,
      options,
    );
    return oauth.processAuthorizationCodeResponse(server, client, answer);
  }

  async function refresh(token = '') {
    const request = oauth.refreshTokenGrantRequest;
    const answer = await request(server, client, authenticate, token, options);
    return oauth.processRefreshTokenResponse(server, client, answer);
  }

  async function revoke(token: string) {
    const answer = await oauth.revocationRequest(server, client, authenticate, token, options);
    return oauth.processRevocationResponse(answer);
  }

  return { consent, exchange, refresh, revoke, run: async () => exchange(await consent()) };
}

function asJson(fetch: ReturnType<typeof createOutboundFetch>): typeof fetch {
  return (url, init) => {
    const body = JSON.stringify(Object.fromEntries(new URLSearchParams(init.body ?? '')));
    const headers = { ...init.headers, 'content-type': 'application/json' };
    return fetch(url, { ...init, headers, body });
  };
}
