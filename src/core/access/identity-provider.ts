import {
  createRemoteJWKSet,
  customFetch,
  decodeJwt,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';
import * as oauth from 'oauth4webapi';
import type { OidcConfig } from '../../platform/config/config.oidc.ts';
import { AppError } from '../../platform/errors.ts';
import { isStorable } from '../../platform/input.ts';
import { parseUrl } from '../../platform/parse-url.ts';
import { type Deps, perDeps } from '../deps/deps.ts';

/** What a token may be signed with: never a secret that two sides know, and never nothing. */
const algorithms = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];
/** What is signed as a credential; a logout token, say, is signed by the same keys. */
const types: readonly unknown[] = [undefined, 'jwt', 'at+jwt', 'application/at+jwt'];
/** In seconds: clocks differ. */
const clockTolerance = 5;
/** How long a provider that failed is left alone, in milliseconds. */
const failurePause = 5_000;

/** What a verified token of the identity provider says. */
export type IdentityClaims = JWTPayload & { sub: string };

/** Whether a text says that it comes from the identity provider, which proves nothing yet. */
export function isOfProvider({ issuer }: OidcConfig, token: string): boolean {
  try {
    return decodeJwt(token).iss === issuer;
  } catch {
    return false;
  }
}

/**
 * What a token of the identity provider says (OpenID Connect Core 1.0, section 2; RFC 9068); undefined
 * for one that it did not sign, or not for this server, or not for now.
 *
 * @throws AppError `unavailable` while its keys cannot be had.
 */
export async function verifyIdentity(
  deps: Deps,
  { issuer, audience }: OidcConfig,
  token: string,
): Promise<IdentityClaims | undefined> {
  const required = { issuer, audience, algorithms, requiredClaims: ['sub', 'exp', 'iat'] };
  try {
    const options = { ...required, clockTolerance };
    const { payload, protectedHeader } = await jwtVerify(token, keysOf(deps).find, options);
    const isCredential = types.includes(lowerCase(protectedHeader.typ));
    const { sub } = payload;
    if (!isCredential || !sub || !isStorable(sub)) return undefined;
    return isTime(payload.iat) && isTime(payload.exp) ? { ...payload, sub } : undefined;
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}

/* Only a verified token comes here, but nothing keeps its header from holding a number. */
function lowerCase(type: unknown): unknown {
  return typeof type === 'string' ? type.toLowerCase() : type;
}

/** Whether a NumericDate (RFC 7519, section 2) is one that the database can hold: before the year 10000. */
function isTime(seconds: number | undefined): boolean {
  return seconds !== undefined && seconds >= 0 && seconds < 253_402_300_800;
}

/** The provider's keys, found by its own word (OpenID Connect Discovery 1.0) and kept by jose for ten minutes. */
const keysOf = perDeps((deps) => {
  let keys: Promise<JWTVerifyGetKey> | undefined;
  let failedAt = -Infinity;
  const find: JWTVerifyGetKey = async (header, token) => {
    if (performance.now() - failedAt < failurePause) throw outOfReach();
    try {
      keys ??= discoverKeys(deps);
      return await (await keys)(header, token);
    } catch (error) {
      if (error instanceof errors.JOSEError && !isFailure(error)) throw error;
      keys = undefined;
      failedAt = performance.now();
      deps.log.warn({ err: error }, 'the identity provider does not give its keys');
      throw outOfReach(error);
    }
  };
  return { find };
});

/**
 * Asks the identity provider for where its keys are.
 *
 * @throws whatever is wrong with it.
 */
export async function discoverKeys({
  config,
  outbound,
}: Pick<Deps, 'config' | 'outbound'>): Promise<JWTVerifyGetKey> {
  const issuer = new URL(config.oidc?.issuer ?? '');
  const answer = await oauth.discoveryRequest(issuer, {
    [oauth.customFetch]: (url, { method }) => outbound.trusted(url, { method }),
    [oauth.allowInsecureRequests]: true,
  });
  const { jwks_uri: address = '' } = await oauth.processDiscoveryResponse(issuer, answer);
  const url = parseUrl(address);
  if (url === undefined) throw new Error(`${issuer.origin} names no jwks_uri.`);
  const fetch = (target: string) => outbound.trusted(target, { method: 'GET' });
  return createRemoteJWKSet(url, { [customFetch]: fetch });
}

/** Whether jose says that it has no keys, rather than that it has none for this token. */
function isFailure(error: errors.JOSEError): boolean {
  return (
    error instanceof errors.JWKSTimeout ||
    error.code === 'ERR_JOSE_GENERIC' ||
    error instanceof errors.JWKSInvalid
  );
}

function outOfReach(cause?: unknown): AppError {
  const words = 'The identity provider does not answer; try again, or use another credential.';
  return new AppError('unavailable', words, { cause });
}
