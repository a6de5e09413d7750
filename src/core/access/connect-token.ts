import { z } from 'zod';

/** What a connect token says. Its signature says that it was us who did. */
export type ConnectTokenClaims = z.infer<typeof claimsSchema>;

/** How long a connect token lives, in seconds. */
export const connectTokenLife = 86_400;

/** Twice what the longest `user_id` takes, which is in it twice, and the rest. */
const longestToken = 8_192;

const form = /^([\w-]+)\.[\w-]+\.([\w-]+)$/;

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

/** The protected header of what a key signs (RFC 7515, section 4). */
export function connectTokenHeader(kid: string) {
  return { alg: 'RS256', typ: 'JWT', kid };
}

/**
 * The key that a text in the form of a connect token names; undefined when it is none. Its header must be
 * one that we write, to the byte: no other `alg`, no `crit`, no key or address of one, nothing twice.
 */
export function readKid(token: string): string | undefined {
  const [, header = '', signature = ''] = (token.length <= longestToken && form.exec(token)) || [];
  const { data } = headerSchema.safeParse(parse(Buffer.from(header, 'base64url')));
  if (data === undefined || encode(connectTokenHeader(data.kid)) !== header) return undefined;
  const isCanonical = Buffer.from(signature, 'base64url').toString('base64url') === signature;
  return isCanonical ? data.kid : undefined;
}

/** What a payload says whose signature was verified; undefined when it is not what a connect token says. */
export function readClaims(payload: Uint8Array, issuer: string): ConnectTokenClaims | undefined {
  const { data } = claimsSchema.safeParse(parse(payload));
  if (data === undefined || data.iss !== issuer || data.sub !== data.user_id) return undefined;
  return data.exp === data.iat + connectTokenLife ? data : undefined;
}

function encode(header: object): string {
  return Buffer.from(JSON.stringify(header)).toString('base64url');
}

function parse(json: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch {
    return undefined;
  }
}
