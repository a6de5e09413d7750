import { createPrivateKey } from 'node:crypto';
import { findInvisible, trimInvisible } from './invisible.ts';

/*
 * People copy a private key from a JSON file, a terminal or a mail, which change the text around and
 * between its lines. The key itself is base64, so these changes can be undone without a doubt.
 */

/** A private key in PEM that Node can read, or the complaint about the text. */
export type ReadPrivateKey = { ok: true; pem: string } | { ok: false; problem: string };

const longest = 32_768;
/** The pattern of the one line that every accepted key has. Only a parser can check the rest. */
export const privateKeyPattern = '-----BEGIN (RSA |EC )?PRIVATE KEY-----';

const begin = '-----BEGIN ';
const end = '-----END ';
const dashes = '-----';
const asMade = /^-----BEGIN [A-Z ]+-----\n(?:[A-Za-z0-9+/=]+\n)+-----END [A-Z ]+-----\n?$/;
/** Quotes of all kinds, and characters that configuration files have between a name and its value. */
const aroundKey = /^(?:[\s"'`“”„‘’‚«»,:;=|>{}\p{DI}]|private_key|PRIVATE_KEY)*$/u;

/** The label of a PEM block that is not a usable key → the complaint. */
const foundInstead = new Map([
  ['CERTIFICATE', 'holds a certificate: paste the private key that belongs to it'],
  ['CERTIFICATE REQUEST', 'holds a certificate request: paste the private key that belongs to it'],
  ['PUBLIC KEY', 'holds a public key: paste the private one'],
  ['RSA PUBLIC KEY', 'holds a public key: paste the private one'],
  ['ENCRYPTED PRIVATE KEY', 'holds a key that is encrypted: paste it without its passphrase'],
  ['OPENSSH PRIVATE KEY', 'holds an OpenSSH key: paste one in PKCS #8'],
  ['DSA PRIVATE KEY', 'holds a DSA key: paste an RSA key, or one of an elliptic curve'],
  ['EC PARAMETERS', 'holds parameters of a curve: paste only the private key'],
  ['PGP PRIVATE KEY BLOCK', 'holds a PGP key: paste the private key in PEM'],
  ['PGP PUBLIC KEY BLOCK', 'holds a PGP key: paste the private key in PEM'],
  ['PKCS7', 'holds certificates: paste the private key that belongs to them'],
]);
const keyLabels = new Set(['PRIVATE KEY', 'RSA PRIVATE KEY', 'EC PRIVATE KEY']);

/** Reads a private key. It repairs changes to the key's edges, escapes and line ends. */
export function readPrivateKey(text: string): ReadPrivateKey {
  if (text.length > longest) return refuse(`cannot be longer than ${longest} characters`);
  const pasted = trimInvisible(withoutEscapes(trimInvisible(text)));
  const start = pasted.indexOf(begin);
  if (isJson(trimInvisible(text))) {
    if (pasted.includes('"kty"')) return refuse('holds a JSON Web Key: paste the key in PEM');
    return refuse('holds a whole JSON file: paste only the value of its private_key');
  }
  if (start === -1) return refuse(withoutBegin(pasted));
  const labelEnd = pasted.indexOf(dashes, start + begin.length);
  const label = labelEnd === -1 ? '' : pasted.slice(start + begin.length, labelEnd);
  const instead = foundInstead.get(label);
  if (instead !== undefined) return refuse(instead);
  if (!keyLabels.has(label)) return refuse('must be a private key in PEM; another block was found');
  const last = pasted.indexOf(`${end}${label}${dashes}`, labelEnd);
  if (last === -1) return refuse(`is cut off: its line "${end}${label}${dashes}" is missing`);
  const after = pasted.slice(last + end.length + label.length + dashes.length);
  if (after.includes(begin)) return refuse('holds more than one block: paste only the private key');
  if (!aroundKey.test(pasted.slice(0, start)) || !aroundKey.test(after)) {
    return refuse(`has text around it: paste only from "${begin}" to the end of its last line`);
  }
  const body = pasted.slice(labelEnd + dashes.length, last);
  const invisible = findInvisible(body);
  if (invisible !== undefined) return refuse(invisible);
  if (body.includes('ENCRYPTED')) return refuse(foundInstead.get('ENCRYPTED PRIVATE KEY') ?? '');
  return checkKey(text, label, body);
}

function checkKey(text: string, label: string, body: string): ReadPrivateKey {
  const base64 = body.replace(/[\s"',]/g, '');
  const lines = base64.match(/.{1,64}/gs) ?? [];
  const mended = [`${begin}${label}${dashes}`, ...lines, `${end}${label}${dashes}`, ''].join('\n');
  const pem = asMade.test(text) ? text : mended;
  try {
    createPrivateKey(pem);
    return { ok: true, pem };
  } catch {
    return refuse('is damaged: what is between its first and its last line is no private key');
  }
}

/** Replaces escaped line ends, however often they were escaped, and other escapes of JSON. */
function withoutEscapes(text: string): string {
  return text
    .replace(/\\u00([0-9a-fA-F]{2})/g, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 16)),
    )
    .replace(/\\[nrt]?/g, (found) => (found.length === 1 ? '' : '\n'));
}

function isJson(text: string): boolean {
  if (!text.startsWith('{')) return false;
  return text.includes('"private_key"') || text.includes('"type"') || text.endsWith('}');
}

function withoutBegin(text: string): string {
  if (text.includes(end)) return `is cut off: its line "${begin}PRIVATE KEY${dashes}" is missing`;
  if (/^(ssh|ecdsa|sk)-\w/.test(text)) {
    return 'holds a public key of SSH: paste the private key in PEM';
  }
  if (text.startsWith('PuTTY-User-Key-File')) {
    return 'holds a key of PuTTY: export it as a private key in PEM';
  }
  const plain = text.replace(/^["']|["']$/g, '');
  if (plain.startsWith('LS0tLS1CRUdJTi')) return 'is encoded in base64 once more: decode it first';
  if (/^MI[\w+/=\s]+$/.test(plain)) {
    return `lacks its lines "${begin}PRIVATE KEY${dashes}" and "${end}PRIVATE KEY${dashes}"`;
  }
  if (text.includes('BEGIN'))
    return 'has a first line that is not of PEM: it begins with five dashes';
  return `must be a private key in PEM, from "${begin}PRIVATE KEY${dashes}" to its last line`;
}

function refuse(problem: string): ReadPrivateKey {
  return { ok: false, problem };
}
