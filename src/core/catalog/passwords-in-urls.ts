import { complaint } from './complaints.ts';
import type { Field } from './fields.ts';
import type { JsonObject } from './json.ts';

/*
 * URLs and hosts are public: every read returns them, so they must not contain a password. The JSON Schema
 * contains these patterns too. A token in the path or the query of a URL is not found, because nothing
 * distinguishes it from other text, and some services accept it nowhere else.
 *
 * Each pattern matches a text in one way only, so that its time grows linearly with the length of the text.
 */

const user = '([^/\\\\?#@][^/?#]*)?(@|%40)';
const beforeScheme = '^[^/\\\\?#@]*';
const http = '[Hh][Tt]{2}[Pp][Ss]?:';
const secretNames = ['password', 'passwd', 'passphrase', 'pwd'].map(inAnyCase).join('|');
const passwordName = `([\\w.-]*(${secretNames})|${inAnyCase('pass')})\\s*=`;
const inQuery = `[?&;,#]${passwordName}`;
const amongWords = `(^|\\s)${passwordName}\\s*`;

/** The pattern of any text with a URL of any scheme. */
export const urlPattern = `${beforeScheme}:[/\\\\]{2,}`;

/** The pattern of any text with `scheme://user:password@host`. */
export const urlUserPattern = `${urlPattern}${user}`;

/** A text where the port should be: a password that contains a slash. */
const noPort = '[^/\\\\?#@:[\\]]*:(?!\\d*([/?#]|$))';
const httpUrlStart = `^[^A-Za-z/\\\\?#@]*${http}[/\\\\]*`;

/**
 * The same in text that names a server, and `user:password@host`. Only http URLs may have an `@` later in
 * the text, and only for them some clients accept any number of slashes.
 */
export const addressUserPattern = `${urlUserPattern}|${httpUrlStart}(${user}|${noPort}[^@]*@)|^[^/?#]*(@|%40)|^(?![^/]*${http})[^@]*@`;

/** `?password=` in a URL, `;password=` in a JDBC URL, `password =` among the parameters of libpq. */
export const passwordParameterPattern = `(${inQuery}|${amongWords})[^&;#\\s]`;

const anyUrl = new RegExp(urlPattern);
const urlUser = new RegExp(urlUserPattern);
const addressUser = new RegExp(addressUserPattern);
const passwordParameter = new RegExp(passwordParameterPattern);
const inQueries = new RegExp(`(${inQuery})[^&;#\\s]*`, 'g');
const allAmongWords = new RegExp(`(^|\\s)${passwordName}\\s*[^&;#\\s]+`, 'g');
const beginning = new RegExp(`${httpUrlStart}|${urlPattern}|^[/\\\\]+`);
const httpScheme = new RegExp(http);
const passwordAsPort = new RegExp(`^${noPort}`);

/** Returns a complaint about the text of a public field that contains a password. */
export function findPassword({ kind, format }: Pick<Field, 'kind' | 'format'>, text: string) {
  const namesServer = kind === 'url' || format === 'address';
  if ((format === 'address' ? addressUser : urlUser).test(text)) {
    return complaint('user_in_url');
  }
  if ((namesServer || anyUrl.test(text)) && passwordParameter.test(text)) {
    return complaint('password_in_url');
  }
  return undefined;
}

function inAnyCase(word: string): string {
  return word.replace(/[a-z]/g, (letter) => `[${letter.toUpperCase()}${letter}]`);
}

/** Returns a public config without the passwords in URLs and hosts that older versions stored. */
export function withoutPasswords(
  type: { fields: readonly Field[] } | undefined,
  config: JsonObject,
): JsonObject {
  const shown = Object.entries(config).map(([name, value]) => {
    const field = type?.fields.find((known) => known.name === name);
    const isText = field === undefined || field.kind === 'string' || field.kind === 'url';
    if (typeof value !== 'string' || !isText) return [name, value];
    return [name, withoutPassword(field ?? { kind: 'url' }, value)];
  });
  return Object.fromEntries(shown);
}

function withoutPassword(field: Pick<Field, 'kind' | 'format'>, text: string): string {
  if (findPassword(field, text) === undefined) return text;
  const [start = ''] = beginning.exec(text) ?? [];
  const rest = text.slice(start.length);
  const [authority = ''] = /^[^/?#]*/.exec(rest) ?? [];
  const isRead = httpScheme.test(start) && (authority.includes('@') || !passwordAsPort.test(rest));
  const at = (isRead ? authority : rest).lastIndexOf('@');
  const encoded = authority.lastIndexOf('%40');
  const host = Math.max(at + 1, encoded === -1 ? 0 : encoded + '%40'.length);
  return start + rest.slice(host).replace(inQueries, '$1').replace(allAmongWords, '$1');
}
