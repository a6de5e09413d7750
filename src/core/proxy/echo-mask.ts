/*
 * Some services return what they were sent: in an error, in a redirect, on a debug page. The mask overwrites
 * a credential in a response with as many asterisks, so that lengths and ranges stay right.
 */

/** Secrets shorter than this are not searched for: they occur in any text. */
const shortestSecret = 4;
const shortestEncoded = 6;

/** The bytes of a body in which a mask searches. */
const maskedBytes = 1024 * 1024;
const asterisk = '*'.charCodeAt(0);

/** Overwrites the secrets of one request in what comes back. */
export type EchoMask = {
  /** Masks a header value, which is Latin-1. */
  maskHeader: (value: string) => string;
  /** Starts to mask a body. */
  maskBody: () => BodyMask;
};

/** Masks the first MiB of one body. It holds back only bytes that can be the beginning of a secret. */
type BodyMask = {
  /** Returns what can be passed on. It may change the chunk. */
  push: (chunk: Buffer) => Buffer;
  /** Returns what was held back. */
  end: () => Buffer;
};

export function createEchoMask(secrets: readonly string[]): EchoMask {
  const spellings = [...new Set(secrets.flatMap(spellingsOf))].map((text) => Buffer.from(text));
  return {
    maskHeader: (value) => {
      const bytes = Buffer.from(value, 'latin1');
      return overwrite(bytes, spellings) ? bytes.toString('latin1') : value;
    },
    maskBody: () => createBodyMask(spellings),
  };
}

const noBytes = Buffer.alloc(0);

function createBodyMask(spellings: readonly Buffer[]): BodyMask {
  let held: Buffer = noBytes;
  let seen = 0;
  return {
    push: (chunk) => {
      if (seen >= maskedBytes && held.length === 0) return chunk;
      seen += chunk.length;
      const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      overwrite(bytes, spellings);
      const sure = bytes.length - longestBeginning(bytes, spellings);
      held = bytes.subarray(sure);
      return bytes.subarray(0, sure);
    },
    end: () => held,
  };
}

/** Overwrites every spelling in place; returns whether there was one. Overlapping ones are all found first. */
function overwrite(bytes: Buffer, spellings: readonly Buffer[]): boolean {
  const found: [start: number, end: number][] = [];
  for (const spelling of spellings) {
    let at = bytes.indexOf(spelling);
    while (at >= 0) {
      found.push([at, at + spelling.length]);
      at = bytes.indexOf(spelling, at + 1);
    }
  }
  for (const [start, end] of found) bytes.fill(asterisk, start, end);
  return found.length > 0;
}

/** Returns how many bytes at the end can be the beginning of a spelling. */
function longestBeginning(bytes: Buffer, spellings: readonly Buffer[]): number {
  let longest = 0;
  for (const spelling of spellings) {
    const [first = -1] = spelling;
    let at = bytes.indexOf(first, Math.max(0, bytes.length - spelling.length + 1));
    while (at >= 0 && bytes.length - at > longest) {
      if (bytes.compare(spelling, 0, bytes.length - at, at) === 0) longest = bytes.length - at;
      at = bytes.indexOf(first, at + 1);
    }
  }
  return longest;
}

/** Returns the forms in which software commonly writes a secret. */
function spellingsOf(secret: string): string[] {
  if (secret.length < shortestSecret) return [];
  const encoded = [0, 1, 2].map((offset) => base64Within(secret, offset));
  const urlSafe = encoded.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'));
  const long = [...encoded, ...urlSafe].filter((text) => text.length >= shortestEncoded);
  // These characters are written alike in JSON, URLs and HTML.
  return /^[\w.-]*$/.test(secret) ? [secret, ...long] : [...escapedForms(secret), ...long];
}

function escapedForms(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const uri = encodeURIComponent(secret.toWellFormed());
  const form = new URLSearchParams({ '': secret }).toString().slice(1);
  return [
    secret,
    json,
    json.replaceAll('/', '\\/'),
    json.replace(/[^ -~]|[<>&]/g, escapeInJson),
    json.replace(/[^ -~]/g, escapeInJson),
    secret.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`),
    secret.replace(/[&<>"]/g, (letter) => htmlNames[letter] ?? letter),
    secret.replace(/[&<>"']/g, (letter) => htmlNames[letter] ?? '&#x27;'),
    ...[uri, form].flatMap((text) => [text, text.replace(/%../g, (code) => code.toLowerCase())]),
  ];
}

const htmlNames: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escapeInJson(letter: string): string {
  return `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/**
 * Returns the base64 characters that a secret has for certain where so many bytes stand before it, modulo 3:
 * its own base64 without padding, or its part in the base64 of a longer text such as `user:secret`.
 */
function base64Within(secret: string, offset: number): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)]);
  const start = Math.ceil((offset * 8) / 6);
  return bytes.toString('base64').slice(start, Math.floor((bytes.length * 8) / 6));
}
