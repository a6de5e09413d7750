import type { ConnectionType } from './catalog.ts';
import type { Field } from './fields.ts';
import type { JsonObject } from './json.ts';

/*
 * URLs and hosts are public, so that every read returns them: a password must not be in them. The
 * patterns are plain JSON Schema as well. A token in the path or in the query of a URL is not found:
 * nothing tells it from other text, and some services take it nowhere else.
 */

/* Each pattern has one way to go through a text, so that its time grows with the length and no faster. */

const user = '([^/\\\\?#@][^/?#]*)?(@|%40)';
const beforeScheme = '^[^/\\\\?#@]*';
const http = '[Hh][Tt]{2}[Pp][Ss]?:';
const secretNames = ['password', 'passwd', 'passphrase', 'pwd'].map(inAnyCase).join('|');
const passwordName = `([\\w.-]*(${secretNames})|${inAnyCase('pass')})\\s*=`;
const inQuery = `[?&;,#]${passwordName}`;
const amongWords = `(^|\\s)${passwordName}\\s*`;

/** A URL of any scheme, in any text. */
export const urlPattern = `${beforeScheme}:[/\\\\]{2,}`;

/** `scheme://user:password@host`, in any text. */
export const urlUserPattern = `${urlPattern}${user}`;

/** What stands where a port does, and is none: a password that holds a slash. */
const noPort = '[^/\\\\?#@:[\\]]*:(?!\\d*([/?#]|$))';
const httpUrl = `^[^A-Za-z/\\\\?#@]*${http}[/\\\\]*`;

/**
 * The same, and `user:password@host`, in text that names a server. Only http URLs may have an `@` further on,
 * and only they are read by some with any number of slashes.
 */
export const addressUserPattern = `${urlUserPattern}|${httpUrl}(${user}|${noPort}[^@]*@)|^[^/?#]*(@|%40)|^(?![^/]*${http})[^@]*@`;

/** `?password=` in a URL, `;password=` in one of JDBC, `password =` among the parameters of libpq. */
export const passwordParameterPattern = `(${inQuery}|${amongWords})[^&;#\\s]`;

const url = new RegExp(urlPattern);
const urlUser = new RegExp(urlUserPattern);
const addressUser = new RegExp(addressUserPattern);
const passwordParameter = new RegExp(passwordParameterPattern);
const inQueries = new RegExp(`(${inQuery})[^&;#\\s]*`, 'g');
const allAmongWords = new RegExp(`(^|\\s)${passwordName}\\s*[^&;#\\s]+`, 'g');
const beginning = new RegExp(`${httpUrl}|${urlPattern}|^[/\\\\]+`);
const httpScheme = new RegExp(http);
const passwordAsPort = new RegExp(`^${noPort}`);

/** What is wrong with the text of a public field that holds a password. */
export function findPassword({ kind, format }: Pick<Field, 'kind' | 'format'>, text: string) {
  const namesServer = kind === 'url' || format === 'address';
  if ((format === 'address' ? addressUser : urlUser).test(text)) {
    return 'cannot hold a user name or password';
  }
  if ((namesServer || url.test(text)) && passwordParameter.test(text)) {
    return 'cannot hold a password';
  }
  return undefined;
}

function inAnyCase(word: string): string {
  return word.replace(/[a-z]/g, (letter) => `[${letter.toUpperCase()}${letter}]`);
}

/** A public config as it is read: without the passwords that its URLs and hosts were once stored with. */
export function withoutPasswords(type: ConnectionType | undefined, config: JsonObject): JsonObject {
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
