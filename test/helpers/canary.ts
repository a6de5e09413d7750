import { randomBytes } from 'node:crypto';

/*
 * The canary: every secret of the suite is recognisable, so that one that turns up where it may not
 * (an answer, a log line) fails the run, whichever test was looking elsewhere.
 */

const mark = 'c4n4ry';
/** By how they begin: there come to be thousands, and a text holds few that begin like one of them. */
const needles = new Map<string, Set<string>>();
const beginning = 4;
guard(`${mark}-`);

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
  const needle = secret.slice(0, 24);
  const key = needle.slice(0, beginning);
  needles.set(key, (needles.get(key) ?? new Set()).add(needle));
  return secret;
}

/** Throws when `text` holds a secret of the suite. */
export function requireNoCanary(where: string, text: string): void {
  for (const [key, alike] of needles) {
    for (let at = text.indexOf(key); at >= 0; at = text.indexOf(key, at + 1)) {
      if (![...alike].some((needle) => text.startsWith(needle, at))) continue;
      throw new Error(`A secret leaked into ${where}: …${text.slice(Math.max(0, at - 120), at)}█`);
    }
  }
}
