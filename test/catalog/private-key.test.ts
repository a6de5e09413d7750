import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { newPrivateKey } from '../helpers/private-key.ts';
import { parseForApi } from './api-issues.ts';
import { typeNamed } from './sample-configs.ts';

const google = typeNamed('GoogleCloud');
const key = newPrivateKey();
const lines = key.trimEnd().split('\n');
const [first = '', ...rest] = lines;
const body = rest.slice(0, -1);
const last = rest.at(-1) ?? '';

const read = (private_key: string) => {
  const parsed = parseForApi(google, { private_key, client_email: 'e' });
  return parsed.ok ? parsed.secrets.private_key : parsed.issues;
};
const escaped = JSON.stringify(key).slice(1, -1);

describe('a pasted private key is repaired', () => {
  it.each([
    ['as it is', key],
    ['without its last line end', key.trimEnd()],
    ['in quotes', `"${key}"`],
    ['in single quotes with blanks around', ` '${key}' `],
    ['with line ends written out', escaped],
    ['as its JSON file has it, with quotes and a comma', `"${escaped}",`],
    ['with the name of its entry', `"private_key": "${escaped}",`],
    ['with one more layer of escapes', escaped.replaceAll('\\n', '\\\\n')],
    ['with two more layers of escapes', escaped.replaceAll('\\n', '\\\\\\\\n')],
    ['as a text of JSON in a text of JSON', JSON.stringify(JSON.stringify(key))],
    ['with \\r\\n written out', escaped.replaceAll('\\n', '\\r\\n')],
    ['with CRLF', key.replaceAll('\n', '\r\n')],
    ['with lone CR', key.replaceAll('\n', '\r')],
    ['with blanks instead of line ends', key.replaceAll('\n', ' ')],
    ['on one line', lines.join('')],
    ['indented', lines.map((line) => `    ${line}`).join('\n')],
    ['with empty lines between', lines.join('\n\n')],
    ['with trailing blanks', lines.join('  \n')],
    [
      'in lines of another length',
      [first, ...(body.join('').match(/.{1,40}/g) ?? []), last].join('\n'),
    ],
    ['with escaped signs', escaped.replaceAll('=', '\\u003d').replaceAll('/', '\\/')],
    ['with a byte order mark', `\ufeff${key}`],
    ['with invisible characters around', `\u200b${key}\u2060`],
    ['with invisible characters inside its quotes', `"\u202a\u2066${key}\u2069\u180e"`],
    ['in typographic quotes', `\u201c${key.trimEnd()}\u201d`],
    ['as YAML has it', `private_key: |\n${lines.map((line) => `  ${line}`).join('\n')}`],
    ['as an environment file has it', `PRIVATE_KEY="${escaped}"`],
  ])('%s', (_how, pasted) => {
    expect(read(pasted)).toMatch(new RegExp(`^${first}\n[\\w+/=\n]+\n${last}\n?$`));
    expect(createPrivateKey(String(read(pasted))).export({ type: 'pkcs8', format: 'pem' })).toBe(
      key,
    );
  });

  it('in the older format for RSA or elliptic curves', () => {
    const rsa = createPrivateKey(key).export({ type: 'pkcs1', format: 'pem' }).toString();
    expect(read(rsa.replaceAll('\n', '\\n'))).toBe(rsa);
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const curve = privateKey.export({ type: 'sec1', format: 'pem' }).toString();
    expect(read(`"${curve}"`)).toBe(curve);
  });
});

describe('text that is not a private key is refused with a complaint that says what it is', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const file = { type: 'service_account', private_key: key, client_email: 'e' };
  const secret = { cipher: 'aes-256-cbc', passphrase: 'a passphrase' };
  const legacy = `${first.replace('PRIVATE', 'RSA PRIVATE')}\nProc-Type: 4,ENCRYPTED\n\n${body.join('\n')}\n${last.replace('PRIVATE', 'RSA PRIVATE')}`;
  it.each([
    ['a word', 'hello', /^must be a private key in PEM/],
    ['a whole JSON file', JSON.stringify(file, null, 2), /^holds a whole JSON file/],
    ['a JSON file of another kind', '{"installed": {}}', /^holds a whole JSON file/],
    [
      'a certificate',
      `-----BEGIN CERTIFICATE-----\n${body.join('\n')}\n-----END CERTIFICATE-----\n`,
      /^holds a certificate/,
    ],
    [
      'a public key',
      publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      /^holds a public/,
    ],
    ['a public key of SSH', 'ssh-rsa AAAAB3NzaC1yc2E user@host', /^holds a public key of SSH/],
    [
      'a key that is encrypted',
      privateKey.export({ type: 'pkcs8', format: 'pem', ...secret }).toString(),
      /^holds a key that is encrypted/,
    ],
    ['a key that is encrypted in the older form', legacy, /^holds a key that is encrypted/],
    [
      'a key of OpenSSH',
      '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----',
      /^holds an OpenSSH key/,
    ],
    ['a key without its end', lines.slice(0, -1).join('\n'), /^is cut off/],
    ['a key without its first line', rest.join('\n'), /^is cut off/],
    ['a key without its middle', `${first}\n${last}`, /^is damaged/],
    ['a key that lost a line', [first, ...body.slice(1), last].join('\n'), /^is damaged/],
    ['a key with a foreign character', key.replace(body[1] ?? '', 'ä'), /^is damaged/],
    [
      'a key with an invisible character',
      key.replace(body[1] ?? '', (line) => `${line}\u00ad`),
      /^holds the invisible character U\+00AD/,
    ],
    ['a key in base64', Buffer.from(key).toString('base64'), /^is encoded in base64 once more/],
    ['a key without both lines', body.join('\n'), /^lacks its lines/],
    ['a key of PuTTY', 'PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none', /^holds a key of PuTTY/],
    [
      'a JSON Web Key',
      JSON.stringify(privateKey.export({ format: 'jwk' })),
      /^holds a JSON Web Key/,
    ],
    [
      'a key with the parameters of its curve',
      `-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n${key}`,
      /^holds parameters of a curve/,
    ],
    [
      'a public key under the name of a private one',
      publicKey.export({ type: 'spki', format: 'pem' }).toString().replaceAll('PUBLIC', 'PRIVATE'),
      /^is damaged/,
    ],
    [
      'a public key of SSH with a curve',
      'ecdsa-sha2-nistp256 AAAA u@h',
      /^holds a public key of SSH/,
    ],
    ['two keys', key + key, /^holds more than one block/],
    ['a key after other text', `my key: ${key}`, /^has text around it/],
    ['a long text', 'x'.repeat(40_000), /^cannot be longer than/],
  ])('%s', (_what, pasted, message) => {
    expect(read(pasted)).toEqual([
      { path: 'config.private_key', message: expect.stringMatching(message) },
    ]);
  });

  it.each(['', '  \n', '\u200b', '\ufeff\u00ad'])('%j is blank', (blank) => {
    const parsed = parseForApi(typeNamed('GoogleCloud'), { private_key: blank });
    expect(parsed).toEqual({ ok: true, config: {}, secrets: {} });
  });
});

it('keeps a stored private key unchanged when an update does not send it', () => {
  const kept = { private_key: 'stored before keys were read' };
  const parsed = parseForApi(google, { client_email: 'e' }, kept);
  expect(parsed).toMatchObject({ ok: true, secrets: kept });
});
