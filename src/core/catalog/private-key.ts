import { createPrivateKey } from 'node:crypto';
import { type Complaint, complaint } from './complaints.ts';
import { findInvisible, trimInvisible } from './invisible.ts';

/*
 * People copy a private key from a JSON file, a terminal or a mail, which change the text around and
 * between its lines. The key itself is base64, so these changes can be undone without a doubt.
 */

/** A private key in PEM that Node can read, or the complaint about the text. */
type ReadPrivateKey = { ok: true; pem: string } | { ok: false; problem: Complaint };

const longestPrivateKey = 32_768;
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
  ['CERTIFICATE', complaint('key_certificate')],
  ['CERTIFICATE REQUEST', complaint('key_certificate_request')],
  ['PUBLIC KEY', complaint('key_public')],
  ['RSA PUBLIC KEY', complaint('key_public')],
  ['ENCRYPTED PRIVATE KEY', complaint('key_encrypted')],
  ['OPENSSH PRIVATE KEY', complaint('key_openssh')],
  ['DSA PRIVATE KEY', complaint('key_dsa')],
  ['EC PARAMETERS', complaint('key_curve_parameters')],
  ['PGP PRIVATE KEY BLOCK', complaint('key_pgp')],
  ['PGP PUBLIC KEY BLOCK', complaint('key_pgp')],
  ['PKCS7', complaint('key_certificates')],
]);
const keyLabels = new Set(['PRIVATE KEY', 'RSA PRIVATE KEY', 'EC PRIVATE KEY']);

/** Reads a private key. It repairs changes to the key's edges, escapes and line ends. */
export function readPrivateKey(text: string): ReadPrivateKey {
  if (text.length > longestPrivateKey)
    return refusePrivateKey(complaint('key_too_long', { maximum: longestPrivateKey }));
  const pasted = trimInvisible(withoutEscapes(trimInvisible(text)));
  const start = pasted.indexOf(begin);
  if (isJson(trimInvisible(text))) {
    if (pasted.includes('"kty"')) return refusePrivateKey(complaint('key_json_web_key'));
    return refusePrivateKey(complaint('key_json_file'));
  }
  if (start === -1) return refusePrivateKey(withoutBegin(pasted));
  const labelEnd = pasted.indexOf(dashes, start + begin.length);
  const label = labelEnd === -1 ? '' : pasted.slice(start + begin.length, labelEnd);
  const instead = foundInstead.get(label);
  if (instead !== undefined) return refusePrivateKey(instead);
  if (!keyLabels.has(label)) return refusePrivateKey(complaint('key_other_block'));
  const last = pasted.indexOf(`${end}${label}${dashes}`, labelEnd);
  if (last === -1) {
    return refusePrivateKey(complaint('key_cut_off', { line: `${end}${label}${dashes}` }));
  }
  const after = pasted.slice(last + end.length + label.length + dashes.length);
  if (after.includes(begin)) return refusePrivateKey(complaint('key_several_blocks'));
  if (!aroundKey.test(pasted.slice(0, start)) || !aroundKey.test(after)) {
    return refusePrivateKey(complaint('key_in_text', { begin }));
  }
  const body = pasted.slice(labelEnd + dashes.length, last);
  const invisible = findInvisible(body);
  if (invisible !== undefined) return refusePrivateKey(invisible);
  if (body.includes('ENCRYPTED')) return refusePrivateKey(complaint('key_encrypted'));
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
    return refusePrivateKey(complaint('key_damaged'));
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

function withoutBegin(text: string): Complaint {
  const firstLine = `${begin}PRIVATE KEY${dashes}`;
  if (text.includes(end)) return complaint('key_cut_off', { line: firstLine });
  if (/^(ssh|ecdsa|sk)-\w/.test(text)) {
    return complaint('key_public_ssh');
  }
  if (text.startsWith('PuTTY-User-Key-File')) {
    return complaint('key_putty');
  }
  const plain = text.replace(/^["']|["']$/g, '');
  if (plain.startsWith('LS0tLS1CRUdJTi')) return complaint('key_base64_twice');
  if (/^MI[\w+/=\s]+$/.test(plain)) {
    return complaint('key_without_lines', { begin: firstLine, end: `${end}PRIVATE KEY${dashes}` });
  }
  if (text.includes('BEGIN')) return complaint('key_wrong_first_line');
  return complaint('key_missing', { begin: firstLine });
}

function refusePrivateKey(problem: Complaint): ReadPrivateKey {
  return { ok: false, problem };
}
