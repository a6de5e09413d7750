import { ConflictError } from '../../platform/errors.ts';
import { type JsonObject, ownValue } from './json.ts';

/**
 * How a request carries a credential. Names and values can hold `{field}`. `basic` is HTTP Basic (RFC
 * 7617): the name is the user name, the value is the password.
 */
export type Injection = { in: 'header' | 'query' | 'basic'; name: string; value: string };

/** The part of a connection type that says how its requests look. */
type InjectionFacts = {
  inject: readonly Injection[];
  /** Headers that the service requires and that hold no credential. */
  headers: Readonly<Record<string, string>>;
};

/** The values of a connection, by field. Those of `secret` must never come back to a caller. */
type CredentialValues = { open: JsonObject; secret: JsonObject };

/** What a request to the service carries. */
type InjectedCredential = {
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
  { inject, headers: constants }: InjectionFacts,
  values: CredentialValues,
): InjectedCredential {
  const headers = new Map<string, string>();
  const query: [string, string][] = [];
  const secrets = new Set(textsIn(values.secret));
  for (const [name, value] of Object.entries(constants)) setHeader(headers, name, value);
  for (const injection of inject) {
    const [name, value] = [
      fillTemplate(injection.name, values),
      fillTemplate(injection.value, values),
    ];
    if (injection.in === 'basic') {
      if (!name && !value) continue;
      const pair = Buffer.from(`${name ?? ''}:${value ?? ''}`).toString('base64');
      secrets.add(pair);
      setHeader(headers, 'authorization', `Basic ${pair}`);
    } else if (name !== undefined && value !== undefined) {
      if (injection.in === 'query') query.push([name, value]);
      else setHeader(headers, name, value);
    }
  }
  return { headers, query, secrets: [...secrets] };
}

/** Fills in the fields of a template; undefined if one of them has no value. */
function fillTemplate(template: string, { open, secret }: CredentialValues): string | undefined {
  let isComplete = true;
  const filled = template.replace(/\{(\w+)\}/g, (_all, field: string) => {
    const value = ownValue(secret, field) ?? ownValue(open, field);
    if (value === undefined || value === null || value === '') isComplete = false;
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  });
  return isComplete ? filled : undefined;
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
