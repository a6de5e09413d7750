import * as oauth from 'oauth4webapi';
import type { LeanDeps } from '../../core/deps/deps.ts';
import type { Provider } from './provider.ts';
import { readTokenAnswer, type TokenAnswer } from './token-answer.ts';

/** The code that a provider sent, with what proves that we asked for it. */
export type CodeExchange = {
  /** The callback's parameters, checked by {@link validateCallback}. */
  parameters: URLSearchParams;
  redirectUri: string;
  verifier: string;
};

/**
 * Exchanges an authorization code (RFC 6749, section 4.1.3; RFC 7636).
 *
 * @throws TokenFailure
 */
export function exchangeCode(
  deps: LeanDeps,
  provider: Provider,
  { parameters, redirectUri, verifier }: CodeExchange,
): Promise<TokenAnswer> {
  const [server, client, authentication] = parties(provider);
  const options = requestOptions(deps, provider);
  const send = () =>
    oauth.authorizationCodeGrantRequest(
      server,
      client,
      authentication,
      parameters,
      redirectUri,
      verifier,
      options,
    );
  return readTokenAnswer(provider, { send, secrets: [parameters.get('code') ?? '', verifier] });
}

/**
 * Asks for a new access token (RFC 6749, section 6).
 *
 * @throws TokenFailure
 */
export function requestRefresh(
  deps: LeanDeps,
  provider: Provider,
  refreshToken: string,
): Promise<TokenAnswer> {
  const [server, client, authentication] = parties(provider);
  const options = requestOptions(deps, provider);
  const send = () =>
    oauth.refreshTokenGrantRequest(server, client, authentication, refreshToken, options);
  return readTokenAnswer(provider, { send, secrets: [refreshToken] });
}

/**
 * Revokes a token (RFC 7009). A provider that says 400 knows no such token: it has ended already.
 *
 * @throws Error when the provider cannot be reached or does not do it now.
 */
export async function requestRevocation(
  deps: LeanDeps,
  provider: Provider,
  token: string,
): Promise<void> {
  if (provider.revocationEndpoint === null) return;
  const [server, client, authentication] = parties(provider);
  const options = requestOptions(deps, provider);
  const answer = await oauth.revocationRequest(server, client, authentication, token, options);
  await answer.body?.cancel();
  if (answer.ok || answer.status === 400) return;
  throw new Error(`The provider answers a revocation with ${answer.status}.`);
}

/** The provider in the library's words. The issuer is what identifies it here: its own origin. */
export function authorizationServer(provider: Provider): oauth.AuthorizationServer {
  return {
    issuer: provider.authorizationEndpoint.origin,
    authorization_endpoint: provider.authorizationEndpoint.href,
    token_endpoint: provider.tokenEndpoint.href,
    ...(provider.revocationEndpoint && { revocation_endpoint: provider.revocationEndpoint.href }),
  };
}

function parties(provider: Provider): [oauth.AuthorizationServer, oauth.Client, oauth.ClientAuth] {
  const { id, secret } = provider.client;
  return [authorizationServer(provider), { client_id: id }, authenticate(provider, secret)];
}

function authenticate({ authentication }: Provider, secret: string | null): oauth.ClientAuth {
  if (secret === null) return oauth.None();
  return authentication === 'body' ? oauth.ClientSecretPost(secret) : basicAuthentication(secret);
}

/**
 * RFC 6749, section 2.3.1, with as little encoded as it allows: the library also encodes `-`, `_`, `.` and
 * `~`, and servers that do not decode then take it for another client.
 */
function basicAuthentication(secret: string): oauth.ClientAuth {
  return (_server, { client_id: id }, _body, headers) => {
    const pair = [id, secret].map((part) => encodeURIComponent(part).replaceAll('%20', '+'));
    headers.set('authorization', `Basic ${Buffer.from(pair.join(':')).toString('base64')}`);
  };
}

/* GitHub answers form-encoded unless JSON is asked for; Notion takes its requests as JSON. */
function requestOptions({ outbound }: LeanDeps, { authentication, isTrusted }: Provider) {
  const send = isTrusted ? outbound.trusted : outbound.checked;
  const fetch: typeof globalThis.fetch = (url, init) => {
    const headers = new Headers(init?.headers);
    headers.set('accept', 'application/json');
    let body = init?.body;
    if (authentication === 'basic+json' && body instanceof URLSearchParams) {
      headers.set('content-type', 'application/json');
      body = JSON.stringify(Object.fromEntries(body));
    }
    return send(String(url), {
      method: 'POST',
      headers: Object.fromEntries(headers),
      body: String(body),
    });
  };
  // Where http may be spoken is the outbound policy's to say.
  return { [oauth.customFetch]: fetch, [oauth.allowInsecureRequests]: true };
}
