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
import { parseUrl } from '../../platform/addresses.ts';
import type { OidcConfig } from '../../platform/config/config.oidc.ts';
import { AppError } from '../../platform/errors.ts';
import { isStorable } from '../../platform/input.ts';
import type { Deps, LeanDeps } from '../deps/deps.ts';

/** The accepted signature algorithms. Shared secrets (`HS…`) and `none` are not accepted. */
const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
/**
 * The accepted values of `typ`. The provider signs other things with the same keys, such as logout tokens.
 */
const types: readonly unknown[] = [undefined, 'jwt', 'at+jwt', 'application/at+jwt'];
/** Seconds by which the clocks of the provider and this server may differ. */
const clockTolerance = 5;
/** Pause in milliseconds before a provider that failed is asked again. */
const failurePause = 5_000;

/** The claims of a verified token of the identity provider. */
export type IdentityClaims = JWTPayload & { sub: string };

/**
 * Whether a text claims to be a token of the identity provider. It proves nothing: the signature is not
 * verified yet.
 */
export function isOfProvider({ issuer }: OidcConfig, token: string): boolean {
  try {
    return decodeJwt(token).iss === issuer;
  } catch {
    return false;
  }
}

/**
 * Verifies a token of the identity provider and returns its claims (OpenID Connect Core 1.0, section 2;
 * RFC 9068); undefined if the provider did not sign it, or it is for another server or another time.
 *
 * @throws AppError `unavailable` while the keys of the provider cannot be fetched.
 */
export async function verifyIdentity(
  deps: Deps,
  { issuer, audience }: OidcConfig,
  token: string,
): Promise<IdentityClaims | undefined> {
  const required = { issuer, audience, algorithms, requiredClaims: ['sub', 'exp', 'iat'] };
  try {
    const options = { ...required, clockTolerance };
    const { payload, protectedHeader } = await jwtVerify(token, deps.identityKeys, options);
    const isCredential = types.includes(lowerCase(protectedHeader.typ));
    const { sub } = payload;
    if (!isCredential || !sub || !isStorable(sub)) return undefined;
    return isTime(payload.iat) && isTime(payload.exp) ? { ...payload, sub } : undefined;
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}

/* The token is verified at this point, but its header may still contain a number here. */
function lowerCase(type: unknown): unknown {
  return typeof type === 'string' ? type.toLowerCase() : type;
}

/**
 * Whether the database can store a NumericDate (RFC 7519, section 2), which must be before the year 10000.
 */
function isTime(seconds: number | undefined): boolean {
  return seconds !== undefined && seconds >= 0 && seconds < 253_402_300_800;
}

declare module '../deps/deps.ts' {
  interface Deps {
    /** Returns the identity provider's key that signed a token. */
    identityKeys: JWTVerifyGetKey;
  }
}

/** Finds the provider's keys by OpenID Connect Discovery 1.0. jose keeps them for ten minutes. */
export function createIdentityKeys(deps: LeanDeps): JWTVerifyGetKey {
  let keys: Promise<JWTVerifyGetKey> | undefined;
  let failedAt = -Infinity;
  return async (header, token) => {
    if (performance.now() - failedAt < failurePause) throw outOfReach();
    try {
      keys ??= discoverKeys(deps);
      return await (await keys)(header, token);
    } catch (error) {
      if (error instanceof errors.JOSEError && !isFailure(error)) throw error;
      keys = undefined;
      failedAt = performance.now();
      deps.log.warn({ err: error }, 'could not fetch the keys of the identity provider');
      throw outOfReach(error);
    }
  };
}

/**
 * Asks the identity provider for the address of its keys.
 *
 * @throws the underlying error, whatever it is.
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

/**
 * Whether jose failed to get the keys. Otherwise it has the keys, and none of them fits this token.
 */
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
