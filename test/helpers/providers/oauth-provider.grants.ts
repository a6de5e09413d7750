import { createHash, randomBytes } from 'node:crypto';
import {
  type Family,
  type Issued,
  ProviderError,
  type ProviderState,
} from './oauth-provider.state.ts';
import type { Account } from './oauth-provider.switches.ts';

export type Consent = { account: Account; scope: string; redirectUri: string; challenge: string };

/** Issues a code for one exchange. */
export function issueCode(state: ProviderState, consent: Consent): string {
  const { account, redirectUri, challenge } = consent;
  const family = startFamily(state, account, withoutWithheld(state, consent.scope));
  const code = newSecret('code');
  state.codes.set(code, { family, redirectUri, challenge, used: false });
  return code;
}

/** Exchanges a code for tokens (RFC 6749, section 4.1.3, and RFC 7636). */
export function exchangeCode(state: ProviderState, params: Map<string, string>): Issued {
  const code = state.codes.get(params.get('code') ?? '');
  if (code === undefined) throw invalidGrant('There is no such code.');
  if (code.used) {
    state.counts.reuses += 1;
    revokeFamily(state, code.family);
    throw invalidGrant('The code was used before.');
  }
  if (params.get('redirect_uri') !== code.redirectUri) throw invalidGrant('Another redirect_uri.');
  const verifier = params.get('code_verifier') ?? '';
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  if (challenge !== code.challenge) throw invalidGrant('The verifier does not match.');
  code.used = true;
  state.counts.exchanges += 1;
  const withRefreshToken = state.switches.refreshToken !== 'never';
  return issue(state, code.family, withRefreshToken ? newSecret('rt') : undefined);
}

/** Issues tokens for a refresh token (RFC 6749, section 6), rotated as the switch says. */
export function refresh(state: ProviderState, params: Map<string, string>): Issued {
  const { rotation, refreshToken } = state.switches;
  const token = params.get('refresh_token') ?? '';
  const family = state.tokens.get(token);
  if (family === undefined) throw invalidGrant('There is no such refresh token.');
  if (family.revoked) throw invalidGrant('The consent was revoked.');
  if (!family.refreshTokens.has(token)) {
    state.counts.reuses += 1;
    if (rotation === 'revoke_family') revokeFamily(state, family);
    throw invalidGrant('The refresh token was used before.');
  }
  state.counts.refreshes += 1;
  if (refreshToken !== 'always') return issue(state, family, undefined);
  if (rotation === 'off') return issue(state, family, token);
  if (rotation !== 'lenient') family.refreshTokens.clear();
  return issue(state, family, newSecret('rt'));
}

/** Issues tokens without a flow, for a test that needs thousands. */
export function issueTokens(state: ProviderState, account: Account, scope: string): Issued {
  return issue(state, startFamily(state, account, scope), newSecret('rt'));
}

/** Ends the consent of a token (RFC 7009); accepts an unknown token. */
export function revoke(state: ProviderState, token: string): void {
  const family = state.tokens.get(token);
  if (family === undefined) return;
  family.revoked = true;
  state.counts.revoked += 1;
}

/** The account of a token; undefined for an unknown or ended token. */
export function findAccount(state: ProviderState, token: string): Account | undefined {
  const family = state.tokens.get(token);
  return family?.revoked === false ? family.account : undefined;
}

function startFamily({ families }: ProviderState, account: Account, scope: string): Family {
  const id = families.length + 1;
  const family = { id, account, scope, revoked: false, refreshTokens: new Set<string>() };
  families.push(family);
  return family;
}

function issue(state: ProviderState, family: Family, refreshToken: string | undefined): Issued {
  const { id, account, scope } = family;
  const accessToken = newSecret('at');
  const issued: Issued = { at: Date.now(), family: id, account, scope, accessToken };
  state.tokens.set(accessToken, family);
  if (refreshToken !== undefined) {
    issued.refreshToken = refreshToken;
    state.tokens.set(refreshToken, family);
    family.refreshTokens.add(refreshToken);
  }
  state.issued.push(issued);
  return issued;
}

function revokeFamily(state: ProviderState, family: Family): void {
  if (family.revoked) return;
  family.revoked = true;
  state.counts.revocations += 1;
}

function withoutWithheld({ switches }: ProviderState, scope: string): string {
  const scopes = scope.split(' ').filter((name) => !switches.withheldScopes.includes(name));
  return scopes.join(' ');
}

function invalidGrant(description: string): ProviderError {
  return new ProviderError('invalid_grant', description);
}

function newSecret(kind: string): string {
  return `${kind}_${randomBytes(24).toString('base64url')}`;
}
