import type { JsonValue } from './json.ts';

/** What a value of a field is. */
export type FieldKind =
  | 'string'
  | 'url'
  | 'port'
  | 'integer'
  | 'number'
  | 'boolean'
  | 'enum'
  | 'string[]'
  | 'object'
  | 'datetime';

/**
 * What a value must be beyond its kind:
 * - `address`: text that names a server, a host or a URL of any scheme, without a password
 * - `key`: text that a service issued, without invisible characters
 * - `private_key`: a private key in PEM
 * - `seconds`: a span of time, a number above zero
 * - `texts`: an object whose values are all text
 * - `scopes`: a list of OAuth scopes
 */
type FieldFormat = 'address' | 'key' | 'private_key' | 'seconds' | 'texts' | 'scopes';

/** One field of a connection's config. */
export type Field = {
  name: string;
  /** Its name in words. */
  label: string;
  kind: FieldKind;
  /** Whether a config without it is refused. */
  required: boolean;
  /** Whether it is sealed, and returned only by the credentials call. */
  secret: boolean;
  /** Filled in when the field is left out. Without a default, the field is then absent. */
  default?: JsonValue;
  /** The values allowed. */
  enum?: readonly string[];
  /** The only value allowed. */
  const?: string;
  format?: FieldFormat;
  /** A regular expression that a text matches, by RE2's rules. */
  pattern?: string;
  /** Lengths of a text in characters (Unicode code points). */
  minLength?: number;
  maxLength?: number;
  /** Whether a text contains no blanks or line breaks. */
  noSpace?: boolean;
  /** A help text for the person who fills it in. */
  description?: string;
  /** An example of a value, shown in the empty field. */
  placeholder?: string;
  /** `operator`: never shown to an end user, and never taken from one. By default everybody sees it. */
  audience?: 'anyone' | 'operator';
  /** What can be pasted into this field to fill several: a whole JSON file, or a connection string. */
  paste?: 'json_file' | 'url';
};

const spellings = new Map(
  ['API', 'CA', 'CWD', 'DNS', 'HTTP', 'HTTPS', 'ID', 'OS', 'SSE', 'SSL', 'URI', 'URL', 'gRPC'].map(
    (word) => [word.toLowerCase(), word],
  ),
).set('x509', 'X.509');

/** Returns a field's name in words: `api_key` → "API key", `grpc_port` → "gRPC port". */
export function labelOf(name: string): string {
  const words = name.split('_').map((word) => spellings.get(word) ?? word);
  const [first = '', ...others] = words;
  return [spellings.has(first.toLowerCase()) ? first : capitalized(first), ...others].join(' ');
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
