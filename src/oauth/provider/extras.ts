import type { ConnectionType } from '../../core/catalog/catalog.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/catalog/json.ts';
import { valueAt } from '../../core/catalog/json-path.ts';

const mostBytes = 4_096;
const mostDepth = 3;
const longestText = 1_000;

/* Names of secrets, and of members that a grant keeps in its own fields. Slack's `incoming_webhook` is a secret URL. */
const otherName =
  /token|secret|passw|credential|assertion|code|jwt|signature|expire|scope|nonce|session|cookie|key|webhook|hash/i;
const otherNames: ReadonlySet<string> = new Set([
  'state',
  'iss',
  'error',
  'error_description',
  'error_uri',
  'response',
  'ok',
  'success',
  'status',
  'message',
  'msg',
  'warning',
  'prompt',
  'authuser',
  'hmac',
]);

/**
 * Returns the other members of a token response: without some of them the token is useless, such as
 * Salesforce's `instance_url`. Keeps strings, numbers and booleans, also inside objects, up to 4 KiB, and
 * nothing whose name says that it is secret. Members that the type keeps come first, whatever their names.
 */
export function readExtras(
  answer: JsonObject,
  { whole, kept }: { whole: JsonObject; kept: readonly string[] },
): JsonObject | undefined {
  const secrets = [answer.access_token, answer.refresh_token, answer.id_token];
  const isSecret = (value: JsonValue) => secrets.includes(value);
  const wanted = kept.flatMap((path) => {
    const value = valueAt(whole, path);
    const isGood = value !== undefined && isPlain(value) && !isSecret(value);
    return isGood ? [[nameOfKept(path), value] as const] : [];
  });
  return within(mostBytes, [...wanted, ...pick(answer, isSecret, 1)]);
}

/** Returns the name under which the credentials include a kept member: the last step of its path. */
function nameOfKept(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}

/**
 * Returns the other parameters of an authorization response, such as `realmId` of QuickBooks. The browser
 * can change them, so a value that can be an address is left out, even if the type keeps it.
 */
export function readCallbackExtras(
  parameters: URLSearchParams,
  kept: readonly string[],
): JsonObject | undefined {
  const names = [...new Set([...kept, ...parameters.keys()])];
  const single = names.flatMap((name) => {
    const [value, ...others] = parameters.getAll(name);
    const isPlainText = value !== undefined && others.length === 0 && /^[\w.-]{1,200}$/.test(value);
    return isPlainText && !ofProtocol.has(name) ? [[name, value] as const] : [];
  });
  const wanted = single.filter(([name]) => kept.includes(name));
  return within(mostBytes, [...wanted, ...pick(Object.fromEntries(single), () => false, 1)]);
}

/** Parameters of the authorization response that no type keeps. */
const ofProtocol: ReadonlySet<string> = new Set(['code', 'state', 'iss', 'error']);

/**
 * Returns a config with the extras that the type keeps, which fill in its templates. They come from a browser or
 * from the provider, so they never replace a field.
 */
export function withKept(
  { fields, oauth2 }: ConnectionType,
  config: JsonObject,
  extra: JsonObject | undefined,
): JsonObject {
  const names = new Set(oauth2?.kept.map(nameOfKept));
  for (const name of [...fields.map((field) => field.name), 'authorization_url', 'token_url']) {
    names.delete(name);
  }
  const kept = Object.entries(extra ?? {}).filter(([name]) => names.has(name));
  return { ...Object.fromEntries(kept), ...config };
}

function pick(
  from: JsonObject,
  isSecret: (value: JsonValue) => boolean,
  depth: number,
): [string, JsonValue][] {
  return Object.entries(from).flatMap(([name, value]): [string, JsonValue][] => {
    const isOther = otherName.test(name) || otherNames.has(name);
    if (value === undefined || isOther || !/^[a-z][\w.-]{0,63}$/i.test(name)) return [];
    if (isJsonObject(value)) {
      const inner = depth < mostDepth ? pick(value, isSecret, depth + 1) : [];
      return inner.length > 0 ? [[name, Object.fromEntries(inner)]] : [];
    }
    return isPlain(value) && !isSecret(value) ? [[name, value]] : [];
  });
}

/** Leaves out a number that JSON cannot hold exactly: it would change. */
function isPlain(value: JsonValue): boolean {
  if (typeof value === 'string') return value !== '' && value.length <= longestText;
  if (typeof value === 'number') return !Number.isInteger(value) || Number.isSafeInteger(value);
  return typeof value === 'boolean';
}

/**
 * Returns the first entries that fit into the limit together; leaves out an entry that does not fit, and a
 * second entry of the same name.
 */
function within(
  limit: number,
  entries: readonly (readonly [string, JsonValue])[],
): JsonObject | undefined {
  const fitting = new Map<string, JsonValue>();
  let left = limit;
  for (const entry of entries) {
    const size = Buffer.byteLength(JSON.stringify(entry));
    if (size > left || fitting.has(entry[0])) continue;
    left -= size;
    fitting.set(...entry);
  }
  return fitting.size > 0 ? Object.fromEntries(fitting) : undefined;
}
