import { isJsonObject, type JsonObject, type JsonValue } from '../../core/catalog/json.ts';
import { OutboundError, OutboundRedirectError } from '../../core/outbound/outbound.errors.ts';
import { readExtras } from './extras.ts';
import type { Provider } from './provider.ts';
import { shorten } from './shorten.ts';
import { failureOfRefusal, TokenFailure, type TokenRefusal } from './token-failure.ts';

/** A successful response of a token endpoint (RFC 6749, section 5.1). */
export type TokenAnswer = {
  accessToken: string;
  /** Undefined: the refresh token in use stays (RFC 6749, section 6). */
  refreshToken: string | undefined;
  tokenType: string;
  /** Seconds that the access token lives; undefined when the provider does not say. */
  expiresIn: number | undefined;
  /** Undefined: the requested scopes (RFC 6749, section 5.1). */
  scopes: string[] | undefined;
  /** The account that consented, as the provider names it; undefined when it does not say. */
  account: string | undefined;
  /** Other members that clients need to use the token; undefined when there are none. */
  extra: JsonObject | undefined;
};

/** A request to a token endpoint, and its values that no message may repeat. */
type TokenRequest = { send: () => Promise<Response>; secrets: readonly string[] };

/**
 * Sends a token request and reads the response in all forms that providers send: an error inside a 200, form
 * encoding, HTML, malformed JSON.
 *
 * @throws TokenFailure
 */
export async function readTokenAnswer(
  { label, client }: Provider,
  { send, secrets }: TokenRequest,
): Promise<TokenAnswer> {
  const { status, retryAfter, type, text } = await receive(label, send);
  const json = unwrapToken(parseObject(text) ?? parseForm(type, text));
  const refusal = json && readRefusal(status, json);
  const description = shorten(refusal?.description, [...secrets, client.secret ?? '']);
  if (status === 429 || status >= 500) {
    const message = `${label} answered with status ${status}`;
    throw new TokenFailure('passing', message, { retryAfter, description });
  }
  if (refusal) throw failureOfRefusal({ ...refusal, description });
  if (status < 200 || status > 299) throw failureOfRefusal({ status, names: [], description });
  if (json === undefined) {
    throw new TokenFailure('passing', `${label} did not answer with JSON (status ${status})`);
  }
  return tokenAnswerFromJson(label, json);
}

async function receive(label: string, send: () => Promise<Response>) {
  try {
    const response = await send();
    return {
      status: response.status,
      retryAfter: readRetryAfter(response.headers.get('retry-after')),
      type: response.headers.get('content-type') ?? '',
      text: await response.text(),
    };
  } catch (cause) {
    if (cause instanceof OutboundRedirectError) {
      const message = `${label} answered with a redirect (${cause.status}), which is not followed: check the token endpoint`;
      throw new TokenFailure('refused', message, { cause });
    }
    const found = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    // A person who names a host must not learn whether it has a private address or none.
    const code = found === 'outbound_refused' ? 'outbound_unreachable' : found;
    const isSent = !(cause instanceof OutboundError) || cause.isSent;
    throw new TokenFailure('passing', `${label} could not be reached (${code})`, { cause, isSent });
  }
}

/**
 * Returns a response with its token on top: Lark and TikTok put it into `data`, Slack into `authed_user` where
 * only a user consented.
 */
function unwrapToken(json: JsonObject | undefined): JsonObject | undefined {
  if (json === undefined || isFilledText(json.access_token)) return json;
  const { data, ...envelope } = json;
  if (isJsonObject(data) && isFilledText(data.access_token)) return { ...envelope, ...data };
  const user = json.authed_user;
  return isJsonObject(user) && isFilledText(user.access_token) ? { ...json, ...user } : json;
}

/** Returns the error in a response; undefined when there is none. A token in a success is always used. */
function readRefusal(status: number, json: JsonObject): TokenRefusal | undefined {
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

const isFilledText = (value: JsonValue | undefined): value is string =>
  typeof value === 'string' && value.trim() !== '';

function parseForm(type: string, text: string): JsonObject | undefined {
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(type.slice(0, 200))) return undefined;
  return Object.fromEntries(new URLSearchParams(text));
}

function tokenAnswerFromJson(label: string, json: JsonObject): TokenAnswer {
  const { access_token, refresh_token, token_type, expires_in, scope } = json;
  if (!isFilledText(access_token)) {
    throw new TokenFailure('passing', `${label} answered without an access token`);
  }
  const life = /^(number|string)$/.test(typeof expires_in) ? Number(expires_in) : Number.NaN;
  return {
    accessToken: access_token,
    refreshToken: typeof refresh_token === 'string' && refresh_token ? refresh_token : undefined,
    tokenType: isFilledText(token_type) ? token_type : 'Bearer',
    expiresIn:
      Number.isFinite(life) && life > 0 ? Math.min(Math.floor(life), 2 ** 31 - 1) : undefined,
    scopes: readScopes(scope ?? json.scopes),
    account: providerAccountOf(json),
    extra: readExtras(json),
  };
}

/*
 * GitHub separates scopes with commas, Twitch sends a list, and others send a list as a string. A scope has
 * only printable ASCII characters (RFC 6749, section 3.3).
 */
function readScopes(scope: JsonValue | undefined): string[] | undefined {
  const list = typeof scope === 'string' ? parseList(scope) : scope;
  if (Array.isArray(list)) {
    return list.flatMap((item) => (typeof item === 'string' ? splitScopes(item) : []));
  }
  return typeof scope === 'string' ? splitScopes(scope) : undefined;
}

function splitScopes(text: string): string[] {
  return text.split(/[\s,]+/).filter((name) => /^[!-~]+$/.test(name));
}

function parseList(text: string): JsonValue[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Returns `sub` of an ID token, else the account that some providers name beside the token. The ID token needs
 * no signature check: it came directly from the token endpoint over TLS (OpenID Connect Core, section 3.1.3.7).
 */
function providerAccountOf(json: JsonObject): string | undefined {
  const { id_token, account_id, workspace_id, owner } = json;
  if (typeof id_token === 'string') {
    const claims = parseObject(Buffer.from(id_token.split('.')[1] ?? '', 'base64url').toString());
    if (typeof claims?.sub === 'string') return JSON.stringify([claims.iss ?? null, claims.sub]);
  }
  if (typeof account_id === 'string') return JSON.stringify([account_id]);
  const user = isJsonObject(owner) && isJsonObject(owner.user) ? owner.user.id : undefined;
  if (typeof workspace_id === 'string') return JSON.stringify([workspace_id, user ?? null]);
  return undefined;
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The longest pause that a provider can request, in seconds. */
const longestPause = 3_600;

function readRetryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  const seconds = /^\d{1,6}$/.test(header)
    ? Number(header)
    : (Date.parse(header) - Date.now()) / 1000;
  if (!(seconds > 0)) return undefined;
  return Math.min(Math.ceil(seconds), longestPause);
}
