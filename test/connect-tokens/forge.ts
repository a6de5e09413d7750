import { constants, createPublicKey, type KeyLike, sign } from 'node:crypto';
import type { ConnectTokenClaims } from '../../src/core/access/connect-token.ts';
import { loadSigner } from '../../src/features/connect-tokens/create-connect-token.operation.ts';
import { placeOfPrivateKey } from '../../src/features/connect-tokens/signing-keys.ts';
import { readToken } from '../helpers/connect-tokens.ts';
import type { TestServer } from '../helpers/server.ts';

/** Signs the first two parts of a token. */
export type Signature = (input: string) => Buffer | string;

export type Forged = {
  /** JSON, or invalid text in its place. */
  header: object | string;
  payload: object | string;
  by: Signature;
};

/** Makes a token in our format with the given parts. */
export function forge({ header, payload, by }: Forged): string {
  const input = `${encode(header)}.${encode(payload)}`;
  return `${input}.${Buffer.from(by(input)).toString('base64url')}`;
}

export function encode(part: object | string): string {
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
}

export const rs256 =
  (key: KeyLike): Signature =>
  (input) =>
    sign('RSA-SHA256', Buffer.from(input), key);

export const ps256 =
  (key: KeyLike): Signature =>
  (input) =>
    sign('RSA-SHA256', Buffer.from(input), {
      key,
      padding: constants.RSA_PKCS1_PSS_PADDING,
    } as never);

/** Reads the server's private key, to sign tokens that the server never makes. */
export async function stealKey(server: TestServer) {
  const { db, vault } = server.deps;
  const { kid } = await loadSigner(server.deps);
  const row = await db.signingKey.findUniqueOrThrow({
    where: { id: kid },
    include: { privateKeyDataKey: true },
  });
  const place = placeOfPrivateKey(kid);
  const pem = (await vault.open(row.privateKeyDataKey, place, row.privateKey)).toString();
  return { kid, row, pem, publicKey: createPublicKey(pem) };
}

export type StolenKey = Awaited<ReturnType<typeof stealKey>>;

/** The claims of a valid token, to be changed. */
export function claimsOf(token: string): ConnectTokenClaims {
  return readToken(token).claims as ConnectTokenClaims;
}
