import type { JsonObject, JsonValue } from './json.ts';
import { labelOf } from './labels.ts';

/** What a field may hold, in the contract's words. */
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

/** One entry of a connection's config. */
export type Field = {
  name: string;
  label: string;
  kind: FieldKind;
  required: boolean;
  /** Sealed apart, and returned by nothing but the credentials call. */
  secret: boolean;
  default?: JsonValue;
  enum?: readonly string[];
  /** The only value allowed. */
  const?: string;
  description?: string;
  /** What the text must be, beyond being text. */
  holds?: 'address' | 'key' | 'private-key';
  /** A number above zero. */
  positive?: boolean;
  /** An object whose values are all text. */
  textValues?: boolean;
  /** A list whose entries are OAuth scopes. */
  scopes?: boolean;
};

// A field is required unless it has a default; `optional` is for those that may simply be absent.
function field(kind: FieldKind, name: string, fallback?: JsonValue): Field {
  const label = labelOf(name);
  if (fallback === undefined) return { name, label, kind, required: true, secret: false };
  return { name, label, kind, required: false, secret: false, default: fallback };
}

/** A field that may be left out, and then is absent. */
export const optional = (base: Field): Field => ({ ...base, required: false });

/** A field with a sentence for the person who fills it in. */
export const described = (base: Field, description: string): Field => ({ ...base, description });

/** Any text; not blank when it is required. */
export const text = (name: string, fallback?: string) => field('string', name, fallback);

/** Text that names a server: a host, or a URL of any scheme. It never holds a password. */
export const address = (name: string, fallback?: string): Field => ({
  ...text(name, fallback),
  holds: 'address',
});

/** Text that a service issued, such as the id of a key. It has no invisible characters. */
export const issued = (name: string): Field => ({ ...text(name), holds: 'key' });

/** Text that is sealed, and that a service issued. */
export const secret = (name: string): Field => ({ ...issued(name), secret: true });

/** Sealed text that a person chose: every character of it counts. */
export const password: Field = { ...text('password'), secret: true };

/** A sealed private key in PEM. */
export const privateKey = (name: string): Field => ({ ...secret(name), holds: 'private-key' });

/** An absolute http or https URL. */
export const url = (name: string, fallback?: string) => field('url', name, fallback);

/** A TCP port. */
export const port = (name: string, fallback?: number) => field('port', name, fallback);

/** A whole number. */
export const integer = (name: string, fallback?: number) => field('integer', name, fallback);

/** A span of time, fractions allowed. */
export const seconds = (name: string, fallback?: number): Field => ({
  ...described(field('number', name, fallback), 'In seconds.'),
  positive: true,
});

/** A span of time that the service counts in whole seconds. */
export const wholeSeconds = (name: string, fallback?: number): Field => ({
  ...described(integer(name, fallback), 'In whole seconds.'),
  positive: true,
});

/** True or false. */
export const flag = (name: string, fallback?: boolean) => field('boolean', name, fallback);

/** One of some texts. */
export const choice = (name: string, values: readonly string[], fallback?: string): Field => ({
  ...field('enum', name, fallback),
  enum: values,
});

/** A text with one value, which is filled in. */
export const fixed = (name: string, value: string): Field => ({
  ...choice(name, [value], value),
  const: value,
});

/** A list of texts. */
export const texts = (name: string, fallback: string[] = []) => field('string[]', name, fallback);

/** The scopes that a consent asks for. */
export const scopes = (fallback: string[] = []): Field => ({
  ...texts('scopes', fallback),
  scopes: true,
});

/** A JSON object of any content. */
export const object = (name: string, fallback: JsonObject = {}) => field('object', name, fallback);

/** A sealed object of texts by name. */
export const secretTexts = (name: string): Field => ({
  ...object(name),
  secret: true,
  textValues: true,
});

/** A moment, as RFC 3339 writes it. */
export const datetime = (name: string) => field('datetime', name);

/** The secret that most services ask for. */
export const apiKey = secret('api_key');

/** HTTP headers to send along; sealed, since keys travel in them. */
export const headers = secretTexts('headers');
