import type { OAuthFacts } from '../../core/catalog/facts.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/catalog/json.ts';
import { valueAt } from '../../core/catalog/json-path.ts';
import {
  comparableCode,
  failureOfDeadGrant,
  type TokenFailure,
  type TokenRefusal,
} from './token-failure.ts';

/** Returns the error in a response; undefined when there is none. A token in a success is always used. */
export function readRefusal(status: number, json: JsonObject): TokenRefusal | undefined {
  const isSuccess = status >= 200 && status <= 299;
  if (isSuccess && isFilledText(json.access_token)) return undefined;
  const names = [json.error, firstOf(json.errors)].flatMap(namesOf);
  // HubSpot and others name the error in members that mean something else in a success.
  if (!isSuccess || names.length > 0 || saysFailure(json)) {
    const { error_code, code, status: named, reason } = json;
    const others = [error_code, code, named, reason].filter((name) => isCode(name));
    return { status, names: [...names, ...others], description: providerWordsOf(json) };
  }
  return undefined;
}

const isCode = (name: JsonValue | undefined): name is string =>
  isFilledText(name) && /^\S+$/.test(name);

/** Returns error names from a string or an object: Facebook's `{"error": {"type", "code": 190}}`, Fitbit's `{"errors": [{"errorType"}]}`. */
function namesOf(error: JsonValue | undefined): string[] {
  if (isFilledText(error)) return [error];
  if (!isJsonObject(error)) return [];
  const { code, error: inner, errorType, type, status } = error;
  const names = [code, inner, errorType, type, status].filter(isFilledText);
  return typeof code === 'number' && isFilledText(type) ? [`${type}_${code}`, ...names] : names;
}

/** Recognizes Slack's `ok: false`, Lark's `code: 20037`, WeChat's `errcode: 40030`, and an error without a name. */
function saysFailure({
  ok,
  success,
  error,
  errors,
  code,
  errcode,
  error_code,
}: JsonObject): boolean {
  const isNumbered = [error, code, errcode, error_code].some(
    (number) => typeof number === 'number' && number !== 0,
  );
  const isFailed = ok === false || success === false || error === true;
  return isNumbered || isFailed || isJsonObject(error) || isJsonObject(firstOf(errors));
}

function providerWordsOf(json: JsonObject): string | undefined {
  const places = [json, json.error, firstOf(json.errors)].filter((place) => isJsonObject(place));
  for (const place of places) {
    const { error_description, message, error_message, detail, reason, msg, errmsg } = place;
    const found = [error_description, message, error_message, detail, reason, msg, errmsg];
    const words = found.find(isFilledText);
    if (words !== undefined) return words;
  }
  return isFilledText(json.error) && !isCode(json.error) ? json.error : undefined;
}

const firstOf = (list: JsonValue | undefined) => (Array.isArray(list) ? list[0] : list);

/**
 * Returns the failure of a response in which the provider says that the grant has ended in the way that its type
 * describes; undefined when it does not. While a provider is busy, only a sign with its status counts: a wrong
 * end loses a grant that still works.
 */
export function failureOfSigns(
  { dead }: OAuthFacts,
  refusal: TokenRefusal & { json: JsonObject },
): TokenFailure | undefined {
  const { status, names, json } = refusal;
  const isBusy = status === 429 || status >= 500;
  const codes: ReadonlySet<string> = new Set(names.map(comparableCode));
  const isSaid = dead.some((sign) => {
    if (typeof sign === 'string') return !isBusy && codes.has(comparableCode(sign));
    if (sign.status === undefined ? isBusy : sign.status !== status) return false;
    const found = valueAt(json, sign.path);
    return found !== undefined && sign.is.some((value) => String(value) === String(found));
  });
  return isSaid ? failureOfDeadGrant(refusal) : undefined;
}

export const isFilledText = (value: JsonValue | undefined): value is string =>
  typeof value === 'string' && value.trim() !== '';
