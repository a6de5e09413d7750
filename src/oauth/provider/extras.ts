import { isJsonObject, type JsonObject, type JsonValue } from '../../core/catalog/json.ts';

const mostBytes = 4_096;
const mostDepth = 3;
const longestText = 1_000;

/* Secrets, and what a grant keeps in fields of its own. Slack's `incoming_webhook` is a secret by its URL. */
const otherName =
  /token|secret|passw|credential|assertion|code|jwt|signature|expire|scope|nonce|session|cookie|key|webhook|hash/i;
const otherNames: ReadonlySet<string> = new Set([
  ...['state', 'iss', 'error', 'error_description', 'error_uri', 'response'],
  ...['ok', 'success', 'status', 'message', 'msg', 'warning', 'prompt', 'authuser', 'hmac'],
]);

/**
 * Returns what came beside a token and what the token is useless without, such as Salesforce's
 * `instance_url`: texts, numbers and booleans, in objects too, up to 4 KiB, and nothing that is a secret
 * by its name.
 */
export function readExtras(answer: JsonObject): JsonObject | undefined {
  const secrets = [answer.access_token, answer.refresh_token, answer.id_token];
  const isSecret = (value: JsonValue) => secrets.includes(value);
  return within(mostBytes, pick(answer, isSecret, 1));
}

/**
 * Returns the same of what a browser brought back, such as `realmId` of QuickBooks. It could have changed
 * it, so that nothing that reads as an address is taken.
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

/** A number that JSON cannot hold exactly would be another one. */
function isPlain(value: JsonValue): boolean {
  if (typeof value === 'string') return value !== '' && value.length <= longestText;
  if (typeof value === 'number') return !Number.isInteger(value) || Number.isSafeInteger(value);
  return typeof value === 'boolean';
}

/** The first ones that fit together; what is too large alone is left out. */
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
