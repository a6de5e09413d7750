import { z } from 'zod';

/** The claims of a connect token. Its signature proves that this server wrote them. */
export type ConnectTokenClaims = z.infer<typeof claimsSchema>;

/** Lifetime of a connect token in seconds. */
export const connectTokenLife = 86_400;

/** Bytes of the longest token: the longest `user_id` is in it twice, and the rest is short. */
const longestToken = 8_192;

const compactForm = /^([\w-]+)\.[\w-]+\.([\w-]+)$/;

const claimsSchema = z.strictObject({
  iss: z.string(),
  aud: z.literal('connect'),
  sub: z.string(),
  user_id: z.string(),
  app_id: z.uuid(),
  jti: z.uuid(),
  epoch: z.int32(),
  via: z.enum(['key', 'anonymous']),
  iat: z.int(),
  exp: z.int(),
});

const headerSchema = z.object({ kid: z.uuid().lowercase() });

/** Returns the protected header of the tokens that a key signs (RFC 7515, section 4). */
export function connectTokenHeader(kid: string) {
  return { alg: 'RS256', typ: 'JWT', kid };
}

/**
 * Returns the id of the key that a connect token names; undefined if the text is not one. The header must
 * be exactly the bytes that this server writes: no other `alg`, no `crit`, no key or address of a key, no
 * entry twice.
 */
export function readKid(token: string): string | undefined {
  const [, header = '', signature = ''] =
    (token.length <= longestToken && compactForm.exec(token)) || [];
  const { data } = headerSchema.safeParse(parseTokenPart(Buffer.from(header, 'base64url')));
  if (data === undefined || encode(connectTokenHeader(data.kid)) !== header) return undefined;
  const isCanonical = Buffer.from(signature, 'base64url').toString('base64url') === signature;
  return isCanonical ? data.kid : undefined;
}

/**
 * Returns the claims of a payload whose signature was verified; undefined if it does not have the form of
 * a connect token.
 */
export function readClaims(payload: Uint8Array, issuer: string): ConnectTokenClaims | undefined {
  const { data } = claimsSchema.safeParse(parseTokenPart(payload));
  if (data === undefined || data.iss !== issuer || data.sub !== data.user_id) return undefined;
  return data.exp === data.iat + connectTokenLife ? data : undefined;
}

function encode(header: object): string {
  return Buffer.from(JSON.stringify(header)).toString('base64url');
}

function parseTokenPart(json: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch {
    return undefined;
  }
}
