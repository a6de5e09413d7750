import type { ServerResponse } from 'node:http';
import { issueCode } from './oauth-provider.grants.ts';
import type { ProviderState } from './oauth-provider.state.ts';
import type { Account } from './oauth-provider.switches.ts';

/** The authorization endpoint (RFC 6749, section 4.1.1); it consents or denies as the switch says. */
export function authorize(state: ProviderState, url: URL, response: ServerResponse): void {
  const params = Object.fromEntries(url.searchParams);
  state.counts.authorizations += 1;
  state.authorizations.push(params);
  const { client_id: clientId, redirect_uri: redirectUri = '' } = params;
  // No redirect to an address that cannot be trusted (RFC 6749, section 4.1.2.1).
  if (clientId !== state.client.id || !URL.canParse(redirectUri)) {
    response.writeHead(400, { 'content-type': 'text/plain' }).end('No such client or address.');
    return;
  }
  const { consent, cutsOpeners } = state.switches;
  if (cutsOpeners) response.setHeader('cross-origin-opener-policy', 'same-origin');
  const decision = consent === 'ask' ? params.decision : consent;
  if (decision === undefined) {
    response.writeHead(200, { 'content-type': 'text/html' }).end(renderQuestion(url));
    return;
  }
  const result = decide(state, params, decision);
  response.writeHead(302, {
    location: redirectTo(state, redirectUri, { ...result }, params.state),
  });
  response.end();
}

function decide(state: ProviderState, params: Record<string, string>, decision: string) {
  const { code_challenge: challenge, scope = '', redirect_uri: redirectUri = '' } = params;
  if (params.response_type !== 'code') return { error: 'unsupported_response_type' };
  if (challenge === undefined || params.code_challenge_method !== 'S256') {
    return { error: 'invalid_request', error_description: 'PKCE with S256 is required.' };
  }
  if (decision === 'deny') {
    return { error: 'access_denied', error_description: state.switches.denial };
  }
  const account: Account = decision === 'B' ? 'B' : 'A';
  return { code: issueCode(state, { account, scope, redirectUri, challenge }) };
}

function redirectTo(
  { switches, issuer }: ProviderState,
  redirectUri: string,
  result: Record<string, string>,
  state: string | undefined,
): string {
  const url = new URL(redirectUri);
  for (const [name, value] of Object.entries({ ...switches.callbackExtra, ...result }))
    url.searchParams.set(name, value);
  if (state !== undefined) url.searchParams.set('state', state);
  if (switches.iss !== 'none') {
    url.searchParams.set('iss', switches.iss === 'own' ? issuer : switches.iss);
  }
  return url.href;
}

function renderQuestion(url: URL): string {
  const links = ['A', 'B', 'deny'].map((decision) => {
    const target = new URL(url);
    target.searchParams.set('decision', decision);
    const href = `${target.pathname}${target.search}`.replaceAll('&', '&amp;');
    const words = decision === 'deny' ? 'Deny' : `Allow as account ${decision}`;
    return `<p><a href="${href}">${words}</a></p>`;
  });
  return `<!doctype html><title>Consent</title><h1>Local provider</h1>${links.join('')}`;
}
