import { createHash, randomInt } from 'node:crypto';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const accessKeyForm = /^acc_[0-9A-Za-z]{64}$/;
const personalAccessTokenForm = /^pat_[0-9A-Za-z]{64}$/;

/** Generates an access key: `acc_` and 64 random base62 characters (381 bits). */
export function generateAccessKey(): string {
  return `acc_${randomCharacters()}`;
}

/** Generates a personal access token: `pat_` and 64 random base62 characters. */
export function generatePersonalAccessToken(): string {
  return `pat_${randomCharacters()}`;
}

export function isAccessKey(text: string): boolean {
  return accessKeyForm.test(text);
}

export function isPersonalAccessToken(text: string): boolean {
  return personalAccessTokenForm.test(text);
}

/**
 * Returns the SHA-512 digest under which a credential is stored and found. A slow hash would add nothing:
 * the credential itself is random.
 */
export function digestCredential(credential: string): Buffer<ArrayBuffer> {
  return Buffer.from(createHash('sha512').update(credential).digest());
}

/**
 * Returns the first characters of a credential: enough for a person to recognize it, too few to use it.
 */
export function previewCredential(credential: string): string {
  return `${credential.slice(0, 8)}…`;
}

/** Returns the credential of an `Authorization` header; undefined if its scheme is not Bearer. */
export function bearerCredential(header: string): string | undefined {
  return /^Bearer +([^\s,]+) *$/i.exec(header)?.[1];
}

function randomCharacters(): string {
  return Array.from({ length: 64 }, () => alphabet[randomInt(alphabet.length)]).join('');
}
