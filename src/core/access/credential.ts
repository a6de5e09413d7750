import { createHash, randomInt } from 'node:crypto';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const accessKeyForm = /^acc_[0-9A-Za-z]{64}$/;
const personalAccessTokenForm = /^pat_[0-9A-Za-z]{64}$/;

/** A new access key: `acc_` and 64 random base62 characters (381 bits). */
export function generateAccessKey(): string {
  return `acc_${randomCharacters()}`;
}

/** A new personal access token: `pat_`, and likewise. */
export function generatePersonalAccessToken(): string {
  return `pat_${randomCharacters()}`;
}

export function isAccessKey(text: string): boolean {
  return accessKeyForm.test(text);
}

export function isPersonalAccessToken(text: string): boolean {
  return personalAccessTokenForm.test(text);
}

/** SHA-512: enough for a credential that is itself random, and found by it in one look-up. */
export function digestCredential(credential: string): Buffer<ArrayBuffer> {
  return Buffer.from(createHash('sha512').update(credential).digest());
}

/** What a list shows of a credential: enough to recognise it by, too little to use. */
export function previewCredential(credential: string): string {
  return `${credential.slice(0, 8)}…`;
}

/** The credential of an `Authorization` header; undefined when it is not of the Bearer scheme. */
export function bearerCredential(header: string): string | undefined {
  return /^Bearer +([^\s,]+) *$/i.exec(header)?.[1];
}

function randomCharacters(): string {
  return Array.from({ length: 64 }, () => alphabet[randomInt(alphabet.length)]).join('');
}
