import { randomBytes } from 'node:crypto';

/*
 * The canary: every secret of the suite is recognisable, so that a secret in a wrong place
 * (a response, a log line) fails the run, in any test.
 */

const mark = 'c4n4ry-';
/** Secrets by their first characters: there are thousands, and a text has few words that begin like one. */
const needles = new Map<string, Set<string>>();
const beginning = mark.length;
const tooShort = new Set<string>();
/** Whether any secret begins so, by {@link digest}: searching for each in every text took far longer. */
const begun = new Uint8Array(1 << 18);
guard(mark);

/** Makes a secret such as a provider's API key. */
export function canary(label = 'secret'): string {
  return `${mark}${label}-${randomBytes(6).toString('hex')}`;
}

/** Makes an access key in its full form, known to the guard. */
export function canaryKey(): string {
  return guard(`acc_${randomBytes(32).toString('hex')}`);
}

/** Makes a personal access token, known to the guard. */
export function canaryToken(): string {
  return guard(`pat_${randomBytes(32).toString('hex')}`);
}

/** Makes the guard search for a secret that the server made. */
export function guard(secret: string): string {
  const needle = secret.slice(0, 24);
  if (needle.length < beginning) {
    tooShort.add(needle);
    return secret;
  }
  const key = needle.slice(0, beginning);
  needles.set(key, (needles.get(key) ?? new Set()).add(needle));
  begun[digest(needle, 0)] = 1;
  return secret;
}

/** Throws when `text` holds a secret of the suite. */
export function requireNoCanary(where: string, text: string): void {
  const at = findCanary(text);
  if (at < 0) return;
  throw new Error(`A secret leaked into ${where}: …${text.slice(Math.max(0, at - 120), at)}█`);
}

/** Returns where a text holds a secret of the suite; -1 if it holds none. */
export function findCanary(text: string): number {
  for (let at = 0; at <= text.length - beginning; at += 1) {
    if (begun[digest(text, at)] === 0) continue;
    const alike = needles.get(text.slice(at, at + beginning)) ?? [];
    if ([...alike].some((needle) => text.startsWith(needle, at))) return at;
  }
  const short = [...tooShort].find((needle) => text.includes(needle));
  return short === undefined ? -1 : text.indexOf(short);
}

/** A number for the four characters at `at`. */
function digest(text: string, at: number): number {
  const [one, two] = [text.charCodeAt(at), text.charCodeAt(at + 1)];
  const [three, four] = [text.charCodeAt(at + 2), text.charCodeAt(at + 3)];
  return ((one << 12) ^ (two << 8) ^ (three << 4) ^ four) & 0x3ffff;
}
