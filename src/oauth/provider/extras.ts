import { isJsonObject, type JsonObject, type JsonValue } from '../../core/catalog/json.ts';

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
 * nothing whose name says that it is secret.
 */
export function readExtras(answer: JsonObject): JsonObject | undefined {
  const secrets = [answer.access_token, answer.refresh_token, answer.id_token];
  const isSecret = (value: JsonValue) => secrets.includes(value);
  return within(mostBytes, pick(answer, isSecret, 1));
}

/**
 * Returns the other parameters of an authorization response, such as `realmId` of QuickBooks. The browser
 * can change them, so a value that can be an address is left out.
 */
export function readCallbackExtras(parameters: URLSearchParams): JsonObject | undefined {
  const names = [...new Set(parameters.keys())];
  const single = names.flatMap((name) => {
    const [value, ...others] = parameters.getAll(name);
    const isPlain = value !== undefined && others.length === 0 && /^[\w.-]{1,200}$/.test(value);
    return isPlain ? [[name, value] as const] : [];
  });
  return within(
    mostBytes,
    pick(Object.fromEntries(single), () => false, 1),
  );
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

/** Returns the first entries that fit into the limit together; leaves out an entry that does not fit. */
function within(limit: number, entries: readonly [string, JsonValue][]): JsonObject | undefined {
  const kept: [string, JsonValue][] = [];
  let left = limit;
  for (const entry of entries) {
    const size = Buffer.byteLength(JSON.stringify(entry));
    if (size > left) continue;
    left -= size;
    kept.push(entry);
  }
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}
