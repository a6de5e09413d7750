import type { ConnectionType } from './connection-type.ts';
import type { Field } from './fields.ts';
import type { JsonObject } from './json.ts';

/*
 * URLs and hosts are public, so that every read returns them: a password must not be in them. The
 * patterns are plain JSON Schema as well. A token in the path or in the query of a URL is not found:
 * nothing tells it from other text, and some services take it nowhere else.
 */

const authority = '[^/?#]*@';
const name = '([Pp][Aa][Ss][Ss][Ww][Oo][Rr][Dd]|[Pp][Aa][Ss][Ss][Ww][Dd]|[Pp][Ww][Dd])';

/** `scheme://user:password@host`, in any text. */
export const urlUserPattern = `^[^/?#@]*://${authority}`;

/** The same, and `user:password@host`, in text that names a server. Only http URLs may have an `@` further on. */
export const addressUserPattern = `^(${authority}|[^/?#@]*://${authority}|(?![^/]*[Hh][Tt]{2}[Pp][Ss]?:)[^@]*@)`;

/** `?password=` in a URL, `;password=` in one of JDBC. */
export const passwordParameterPattern = `(^|[?&;\\s])${name}=[^&;#\\s]`;

const urlUser = new RegExp(urlUserPattern);
const addressUser = new RegExp(addressUserPattern);
const passwordParameter = new RegExp(passwordParameterPattern);
const passwordParameters = new RegExp(`(^|[?&;\\s])${name}=[^&;#\\s]*`, 'g');
const scheme = /^[^/?#@]*:\/\//;

/** What is wrong with the text of a public field that holds a password. */
export function findPassword({ kind, holds }: Pick<Field, 'kind' | 'holds'>, text: string) {
  const namesServer = kind === 'url' || holds === 'address';
  if ((holds === 'address' ? addressUser : urlUser).test(text)) {
    return 'cannot hold a user name or password';
  }
  if (namesServer && passwordParameter.test(text)) return 'cannot hold a password';
  return undefined;
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

function withoutPassword(field: Pick<Field, 'kind' | 'holds'>, text: string): string {
  if (findPassword(field, text) === undefined) return text;
  const [start = ''] = scheme.exec(text) ?? [];
  const rest = text.slice(start.length);
  const end = /^[^/]*[Hh][Tt]{2}[Pp][Ss]?:/.test(start) ? rest.search(/[/?#]/) : -1;
  const user = rest.lastIndexOf('@', end === -1 ? rest.length : end);
  return start + rest.slice(user + 1).replace(passwordParameters, '$1$2=');
}
