import { getDomain } from 'tldts';
import { parseUrl } from '../../platform/addresses.ts';
import { type JsonObject, ownValue } from './json.ts';

/*
 * The only template language of a type definition: `{field}` stands for a value of the config. In a URL the
 * value is percent-encoded, and in a host it is one DNS label below a domain that the definition fixes, so
 * that no value decides which server receives a credential.
 */

/** A text with places for values: literal parts and the names of fields, in order. */
export type TextTemplate = readonly (string | { field: string })[];

/** A URL with places for values. */
export type UrlTemplate = {
  /** As the definition writes it. */
  text: string;
  /** The field that holds the beginning of the URL, scheme and host included; null if those are fixed. */
  baseField: string | null;
  /** `https` or `http`; undefined with a `baseField`. */
  scheme: string | undefined;
  /** The host with its port; undefined with a `baseField`. */
  host: TextTemplate | undefined;
  /** The rest, from the first `/` or `?`; empty if there is none. */
  rest: TextTemplate;
};

/** A value that a template cannot take: the field, and words that follow its name. */
export class TemplateValueError extends Error {
  readonly field: string;
  readonly complaint: string;

  constructor(field: string, complaint: string) {
    super(`${field} ${complaint}`);
    this.field = field;
    this.complaint = complaint;
  }
}

const place = /\{([a-zA-Z][\w]{0,63})\}/g;
const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;
const hostTemplateForm = /^[a-z0-9.-]+(?::\d{1,5})?$/i;
const restForm = /^(?:[/?][\x21\x24-\x5b\x5d\x5f\x61-\x7a\x7e]*)?$/;

/** Splits a text at its `{field}` places; undefined if a brace belongs to none. */
export function readTextTemplate(text: string): TextTemplate | undefined {
  const parts: (string | { field: string })[] = [];
  let end = 0;
  for (const match of text.matchAll(place)) {
    if (match.index > end) parts.push(text.slice(end, match.index));
    parts.push({ field: match[1] ?? '' });
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push(text.slice(end));
  const hasStrayBrace = parts.some((part) => typeof part === 'string' && /[{}]/.test(part));
  return hasStrayBrace ? undefined : parts;
}

/** Returns the names of the fields whose values a template takes. */
export function fieldsOfTemplate(template: TextTemplate): string[] {
  return template.flatMap((part) => (typeof part === 'string' ? [] : [part.field]));
}

/** Returns the names of all fields of a URL template, those in its host first. */
export function fieldsOfUrl({ baseField, host, rest }: UrlTemplate): string[] {
  const before = baseField === null ? fieldsOfTemplate(host ?? []) : [baseField];
  return [...before, ...fieldsOfTemplate(rest)];
}

/** Whether a text holds a line break or another control character, which no header and no URL can hold. */
export function hasControlCharacter(text: string): boolean {
  return /\p{Cc}/u.test(text);
}

/** Reads a URL template. Returns a sentence about what is wrong with it, if anything is. */
export function readUrlTemplate(text: string): UrlTemplate | { problem: string } {
  const whole = readTextTemplate(text);
  if (whole === undefined) return { problem: 'Has a brace outside of {field}' };
  const [first, ...others] = whole;
  if (typeof first === 'object') {
    const rest = typeof others[0] === 'string' || others.length === 0 ? others : undefined;
    if (rest === undefined || !isRest(rest)) {
      return { problem: 'Must have / or ? after the field that holds the URL' };
    }
    return { text, baseField: first.field, scheme: undefined, host: undefined, rest };
  }
  const [, scheme, host = '', after = ''] = /^(https?):\/\/([^/?#\\]+)(.*)$/s.exec(text) ?? [];
  if (scheme === undefined) return { problem: 'Must be an https URL, or begin with {field}' };
  const problem = findHostProblem(host);
  if (problem !== undefined) return { problem };
  const rest = readTextTemplate(after) ?? [];
  if (!isRest(rest)) {
    return { problem: 'Has a character that a URL cannot hold after its host, or a # or \\' };
  }
  return { text, baseField: null, scheme, host: readTextTemplate(host) ?? [], rest };
}

/** Reads the template of a host, with or without a port: `{subdomain}.example.com`. */
export function readHostTemplate(text: string): TextTemplate | { problem: string } {
  const problem = findHostProblem(text);
  return problem === undefined ? (readTextTemplate(text) ?? []) : { problem };
}

/** Returns what would let a value decide the host, or make it no host. */
function findHostProblem(host: string): string | undefined {
  const filled = host.replaceAll(place, 'x');
  if (!hostTemplateForm.test(filled) || parseUrl(`https://${filled}`)?.host === undefined) {
    return 'Must have a host: letters, digits, hyphens, dots and {field}, with or without a port';
  }
  const [name = '', port] = host.split(':');
  if (port?.includes('{')) return 'Must have a fixed port';
  const labels = name.split('.');
  const lastPlace = labels.findLastIndex((part) => part.includes('{'));
  if (lastPlace === -1) return undefined;
  const fixed = labels.slice(lastPlace + 1).join('.');
  if (fixed === 'localhost' || getDomain(fixed) !== null) return undefined;
  return 'Must fix the domain: a value may only be one label below it, as in {field}.example.com';
}

function isRest(rest: TextTemplate): boolean {
  const filled = rest.map((part) => (typeof part === 'string' ? part : 'x')).join('');
  if (!restForm.test(filled)) return false;
  const [path = ''] = filled.split('?');
  return !path.split('/').some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment));
}

/**
 * Fills in a text.
 *
 * @throws TemplateValueError if a value is missing, or holds a control character.
 */
export function fillText(template: TextTemplate, values: JsonObject): string {
  return fillParts(template, values, (value, field) => {
    if (!hasControlCharacter(value)) return value;
    throw new TemplateValueError(field, 'cannot hold a line break or another control character');
  });
}

/**
 * Fills in a URL. Its host is always the host that the definition fixes, or a label below it.
 *
 * @throws TemplateValueError if a value is missing or cannot stand at its place.
 */
export function fillUrl(template: UrlTemplate, values: JsonObject): URL {
  const rest = fillParts(template.rest, values, encodeURIComponent);
  if (template.baseField !== null) return withBase(template.baseField, values, rest);
  const host = fillHost(template.host ?? [], values);
  const url = parseUrl(`${template.scheme}://${host}${rest}`);
  const [field = ''] = fieldsOfUrl(template);
  if (url === undefined)
    throw new TemplateValueError(field, 'does not fit into the URL of the type');
  requirePlainPath(rest, template.rest);
  return url;
}

/**
 * Fills in a host.
 *
 * @throws TemplateValueError if a value is missing or is not one DNS label.
 */
export function fillHost(template: TextTemplate, values: JsonObject): string {
  return fillParts(template, values, (value, field) => {
    if (label.test(value)) return value.toLowerCase();
    throw new TemplateValueError(
      field,
      'must be one part of a host name: letters, digits and hyphens',
    );
  });
}

/** Appends the rest to a URL that a field holds. */
function withBase(field: string, values: JsonObject, rest: string): URL {
  const text = textForPlace(field, values);
  const base = parseUrl(text.trim());
  const isPlain =
    base !== undefined &&
    /^https?:$/.test(base.protocol) &&
    base.username === '' &&
    base.password === '' &&
    base.hash === '';
  if (!isPlain) throw new TemplateValueError(field, 'must be an absolute http or https URL');
  if (rest === '') return base;
  if (base.search !== '')
    throw new TemplateValueError(field, 'must have no ? and nothing after it');
  base.pathname = base.pathname.replace(/\/$/, '');
  const url = parseUrl(`${base.href.replace(/\/$/, '')}${rest}`);
  if (url === undefined || url.host !== base.host) {
    throw new TemplateValueError(field, 'must be an absolute http or https URL');
  }
  return url;
}

/** A value `..` alone in its segment would lead out of the path. */
function requirePlainPath(filled: string, template: TextTemplate): void {
  const [path = ''] = filled.split('?');
  const [field] = fieldsOfTemplate(template);
  if (field === undefined) return;
  if (path.split('/').some((segment) => segment === '.' || segment === '..')) {
    throw new TemplateValueError(field, 'must not be . or ..');
  }
}

function fillParts(
  template: TextTemplate,
  values: JsonObject,
  encode: (value: string, field: string) => string,
): string {
  return template
    .map((part) =>
      typeof part === 'string' ? part : encode(textForPlace(part.field, values), part.field),
    )
    .join('');
}

function textForPlace(field: string, values: JsonObject): string {
  const value = ownValue(values, field);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'string' && value !== '') return value;
  throw new TemplateValueError(field, 'cannot be blank');
}
