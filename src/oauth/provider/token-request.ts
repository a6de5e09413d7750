import * as oauth from 'oauth4webapi';
import { isJsonObject } from '../../core/catalog/json.ts';
import type { LeanDeps } from '../../core/deps/deps.ts';
import type { Provider } from './provider.ts';
import { isAccountComplete, type NamedAccount, readAccount } from './provider-account.ts';
import { readTokenAnswer, type TokenAnswer } from './token-answer.ts';

/** An authorization code, with the values that prove that this server requested it. */
type CodeExchange = {
  /** The callback's parameters, checked by {@link validateCallback}. */
  parameters: URLSearchParams;
  redirectUri: string;
  verifier: string;
};

/**
 * Exchanges an authorization code (RFC 6749, section 4.1.3; RFC 7636). It then asks the provider for the
 * account, if the response does not name it.
 *
 * @throws TokenFailure
 */
export async function exchangeCode(
  deps: LeanDeps,
  provider: Provider,
  { parameters, redirectUri, verifier }: CodeExchange,
): Promise<TokenAnswer> {
  const [server, client, authentication] = parties(provider);
  const options = tokenRequestOptions(deps, provider);
  const send = () =>
    oauth.authorizationCodeGrantRequest(
      server,
      client,
      authentication,
      parameters,
      redirectUri,
      provider.facts.pkce ? verifier : oauth.nopkce,
      options,
    );
  const secrets = [parameters.get('code') ?? '', verifier];
  const answer = await readTokenAnswer(provider, { kind: 'code', send, secrets });
  return { ...answer, namedAccount: await completeAccount(deps, provider, answer) };
}

/**
 * Adds what the userinfo endpoint says about the account (OpenID Connect Core, section 5.3). A failure adds
 * nothing: the tokens are good without it.
 */
async function completeAccount(
  { outbound, log }: LeanDeps,
  { label, facts, userinfoEndpoint, trustedEndpoints }: Provider,
  { accessToken, namedAccount: known }: TokenAnswer,
): Promise<NamedAccount> {
  if (userinfoEndpoint === null || isAccountComplete(facts, known)) return known;
  const { href } = userinfoEndpoint;
  const send = trustedEndpoints.has(href) ? outbound.trusted : outbound.checked;
  try {
    const headers = { accept: 'application/json', authorization: `Bearer ${accessToken}` };
    const answer = await send(href, { method: 'GET', headers });
    const json: unknown = answer.ok ? await answer.json() : undefined;
    return isJsonObject(json) ? readAccount(facts, [json], known) : known;
  } catch (error) {
    log.warn({ err: error, provider: label }, 'a provider did not say which account consented');
    return known;
  }
}

/**
 * Requests a new access token (RFC 6749, section 6).
 *
 * @throws TokenFailure
 */
export function requestRefresh(
  deps: LeanDeps,
  provider: Provider,
  refreshToken: string,
): Promise<TokenAnswer> {
  const { refreshEndpoint: tokenEndpoint } = provider;
  const [server, client, authentication] = parties({ ...provider, tokenEndpoint });
  const options = tokenRequestOptions(deps, provider);
  const send = () =>
    oauth.refreshTokenGrantRequest(server, client, authentication, refreshToken, options);
  return readTokenAnswer(provider, { kind: 'refresh', send, secrets: [refreshToken] });
}

/**
 * Revokes a token (RFC 7009). A provider that returns 400 does not know the token: it has already ended.
 *
 * @throws Error when the provider cannot be reached or returns another error.
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
  throw new Error(`The provider returned ${answer.status} to a revocation.`);
}

/** Returns the provider in the form of oauth4webapi. The origin of its endpoint identifies it as the issuer. */
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
  return [authorizationServer(provider), { client_id: id }, clientAuthentication(provider, secret)];
}

function clientAuthentication({ facts }: Provider, secret: string | null): oauth.ClientAuth {
  const { clientAuthentication: method } = facts;
  if (secret === null || method === 'none') return oauth.None();
  return method === 'body' ? oauth.ClientSecretPost(secret) : basicAuthentication(secret);
}

/**
 * Authenticates as RFC 6749, section 2.3.1, says, and encodes as little as it allows. The library also encodes
 * `-`, `_`, `.` and `~`; servers that do not decode them would see another client.
 */
function basicAuthentication(secret: string): oauth.ClientAuth {
  return (_server, { client_id: id }, _body, headers) => {
    const pair = [id, secret].map((part) => encodeURIComponent(part).replaceAll('%20', '+'));
    headers.set('authorization', `Basic ${Buffer.from(pair.join(':')).toString('base64')}`);
  };
}

/* The parameters of the type come first: they never replace one of the protocol. */
function tokenRequestOptions(deps: LeanDeps, provider: Provider) {
  return { ...requestOptions(deps, provider), additionalParameters: provider.extraTokenParams };
}

/* GitHub returns a form unless the request accepts JSON. Notion requires requests in JSON. */
function requestOptions({ outbound }: LeanDeps, { facts, trustedEndpoints }: Provider) {
  const isJson = facts.tokenRequest === 'json' || facts.clientAuthentication === 'basic+json';
  const fetch: typeof globalThis.fetch = (url, init) => {
    const send = trustedEndpoints.has(String(url)) ? outbound.trusted : outbound.checked;
    const headers = new Headers(init?.headers);
    headers.set('accept', 'application/json');
    let body = init?.body;
    if (isJson && body instanceof URLSearchParams) {
      headers.set('content-type', 'application/json');
      body = JSON.stringify(Object.fromEntries(body));
    }
    return send(String(url), {
      method: 'POST',
      headers: Object.fromEntries(headers),
      body: String(body),
    });
  };
  // The outbound policy decides where http is allowed.
  return { [oauth.customFetch]: fetch, [oauth.allowInsecureRequests]: true };
}
