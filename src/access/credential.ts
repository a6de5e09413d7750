import { createHash, randomInt } from 'node:crypto';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const form = /^acc_[0-9A-Za-z]{64}$/;

/** A new access key: `acc_` and 64 random base62 characters (381 bits). */
export function generateAccessKey(): string {
  const characters = Array.from({ length: 64 }, () => alphabet[randomInt(alphabet.length)]);
  return `acc_${characters.join('')}`;
}

export function isAccessKey(text: string): boolean {
  return form.test(text);
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
