import { ConflictError } from '../../platform/errors.ts';
import type { HttpFacts } from './facts.ts';
import { type JsonObject, ownValue } from './json.ts';
import type { TextTemplate } from './templates.ts';

/** The values of a connection, by field. Those of `secret` must never come back to a caller. */
export type CredentialValues = { open: JsonObject; secret: JsonObject };

/** What a request to the service carries. */
export type InjectedCredential = {
  /** Header values by their names in lower case. The values are Latin-1, as `node:http` sends them. */
  headers: ReadonlyMap<string, string>;
  /** Query parameters, not encoded. */
  query: readonly (readonly [name: string, value: string])[];
  /** Every text that reveals the credential. It must be removed from what the service returns. */
  secrets: readonly string[];
};

/**
 * Returns what a request carries so that the service accepts it. An injection is left out if one of its
 * fields has no value; of `basic`, one part can be empty.
 *
 * @throws ConflictError if a value cannot stand in a header.
 */
export function injectCredential(
  { inject, headers: constants }: Pick<HttpFacts, 'inject' | 'headers'>,
  values: CredentialValues,
): InjectedCredential {
  const headers = new Map<string, string>();
  const query: [string, string][] = [];
  const secrets = new Set(textsIn(values.secret));
  for (const [name, template] of Object.entries(constants)) {
    const value = fillTemplate(template, values);
    if (value !== undefined) setHeader(headers, name, value);
  }
  for (const place of inject) {
    const value = fillTemplate(place.value, values);
    if (place.in === 'basic') {
      const name = place.name === null ? '' : fillTemplate(place.name, values);
      if (!name && !value) continue;
      const pair = Buffer.from(`${name ?? ''}:${value ?? ''}`).toString('base64');
      secrets.add(pair);
      setHeader(headers, 'authorization', `Basic ${pair}`);
    } else if (value !== undefined) {
      if (place.in === 'query') query.push([place.name, value]);
      else setHeader(headers, place.name, value);
    }
  }
  return { headers, query, secrets: [...secrets] };
}

/** Fills in the fields of a template; undefined if one of them has no value. */
function fillTemplate(
  template: TextTemplate,
  { open, secret }: CredentialValues,
): string | undefined {
  let filled = '';
  for (const part of template) {
    if (typeof part === 'string') {
      filled += part;
      continue;
    }
    const value = ownValue(secret, part.field) ?? ownValue(open, part.field);
    if (value === undefined || value === null || value === '') return undefined;
    filled += typeof value === 'object' ? JSON.stringify(value) : String(value);
  }
  return filled;
}

/* RFC 9110, section 5.5: no control characters but the tab. Other characters travel as UTF-8. */
const headerValue = /^[\t\P{Cc}]*$/u;

function setHeader(headers: Map<string, string>, name: string, value: string): void {
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || !headerValue.test(value)) {
    throw new ConflictError(
      'The credential cannot be sent: it has a line break or another character that a header cannot hold. Store it again.',
    );
  }
  headers.set(name.toLowerCase(), Buffer.from(value).toString('latin1'));
}

/** Returns every text and number in a value, however deep. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  if (typeof value === 'number') return [String(value)];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}
