import { randomBytes } from 'node:crypto';

/*
 * The canary: every secret of the suite is recognisable, so that one that turns up where it may not
 * (an answer, a log line) fails the run, whichever test was looking elsewhere.
 */

const mark = 'c4n4ry';
const needles = new Set([`${mark}-`]);

/** A secret such as a provider's API key. */
export function canary(label = 'secret'): string {
  return `${mark}-${label}-${randomBytes(6).toString('hex')}`;
}

/** An access key in its full form, known to the guard. */
export function canaryKey(): string {
  return guard(`acc_${randomBytes(32).toString('hex')}`);
}

/** A personal access token, likewise. */
export function canaryToken(): string {
  return guard(`pat_${randomBytes(32).toString('hex')}`);
}

/** Makes the guard look for a secret that the server made. */
export function guard(secret: string): string {
  needles.add(secret.slice(0, 24));
  return secret;
}

/** Throws when `text` holds a secret of the suite. */
export function requireNoCanary(where: string, text: string): void {
  for (const needle of needles) {
    const at = text.indexOf(needle);
    if (at < 0) continue;
    throw new Error(`A secret leaked into ${where}: …${text.slice(Math.max(0, at - 120), at)}█`);
  }
}
