import type { OAuthFacts } from '../../core/catalog/facts.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/catalog/json.ts';
import { valueAt } from '../../core/catalog/json-path.ts';
import { OutboundError, OutboundRedirectError } from '../../core/outbound/outbound.errors.ts';
import { readExtras } from './extras.ts';
import type { Provider } from './provider.ts';
import { accountKeyOf, claimsOf, type NamedAccount, readAccount } from './provider-account.ts';
import { shorten } from './shorten.ts';
import { failureOfRefusal, TokenFailure } from './token-failure.ts';
import { failureOfSigns, isFilledText, readRefusal } from './token-refusal.ts';

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
  /** The key by which the accounts of consents are compared; undefined when the provider names none. */
  account: string | undefined;
  namedAccount: NamedAccount;
  /** Other members that clients need to use the token; undefined when there are none. */
  extra: JsonObject | undefined;
};

/** A request to a token endpoint, and its values that no message may repeat. */
type TokenRequest = {
  kind: 'code' | 'refresh';
  send: () => Promise<Response>;
  secrets: readonly string[];
};

/**
 * Sends a token request and reads the response in all forms that providers send: an error inside a 200, form
 * encoding, HTML, malformed JSON.
 *
 * @throws TokenFailure
 */
export async function readTokenAnswer(
  { label, client, facts }: Provider,
  { kind, send, secrets }: TokenRequest,
): Promise<TokenAnswer> {
  const { status, retryAfter, type, text } = await receive(label, send);
  const whole = parseObject(text) ?? parseForm(type, text);
  const json = whole && findToken(facts, whole, kind);
  const refusal = json && readRefusal(status, json);
  const description = shorten(refusal?.description, [...secrets, client.secret ?? '']);
  const hasToken = status >= 200 && status <= 299 && isFilledText(json?.access_token);
  if (kind === 'refresh' && whole !== undefined && !hasToken) {
    const names = refusal?.names ?? [];
    const ended = failureOfSigns(facts, { status, names, description, json: whole });
    if (ended !== undefined) throw ended;
  }
  if (status === 429 || status >= 500) {
    const message = `${label} answered with status ${status}`;
    throw new TokenFailure('passing', message, { retryAfter, description });
  }
  if (refusal) throw failureOfRefusal({ ...refusal, description });
  if (status < 200 || status > 299) throw failureOfRefusal({ status, names: [], description });
  if (whole === undefined || json === undefined) {
    throw new TokenFailure('passing', `${label} did not answer with JSON (status ${status})`);
  }
  return tokenAnswerFromJson(label, facts, { whole, json });
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
 * Returns a response with its token on top, from where the type says that it is. Where the type does not say:
 * Lark and TikTok put it into `data`, Slack into `authed_user` where only a user consented. Some providers put
 * it elsewhere in the response to a refresh: it is then on top.
 */
function findToken(
  { responsePaths }: OAuthFacts,
  whole: JsonObject,
  kind: TokenRequest['kind'],
): JsonObject {
  const path = responsePaths.access_token;
  const base = path === undefined ? unwrapToken(whole) : whole;
  if (kind === 'refresh' && path !== undefined && !isFilledText(valueAt(whole, path))) return whole;
  const json = { ...base };
  for (const [name, place] of Object.entries(responsePaths)) {
    const value = valueAt(whole, place);
    if (value === undefined) delete json[name];
    else json[name] = value;
  }
  return json;
}

function unwrapToken(json: JsonObject): JsonObject {
  if (isFilledText(json.access_token)) return json;
  const { data, ...envelope } = json;
  if (isJsonObject(data) && isFilledText(data.access_token)) return { ...envelope, ...data };
  const user = json.authed_user;
  return isJsonObject(user) && isFilledText(user.access_token) ? { ...json, ...user } : json;
}

function parseForm(type: string, text: string): JsonObject | undefined {
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(type.slice(0, 200))) return undefined;
  return Object.fromEntries(new URLSearchParams(text));
}

function tokenAnswerFromJson(
  label: string,
  facts: OAuthFacts,
  { whole, json }: { whole: JsonObject; json: JsonObject },
): TokenAnswer {
  const { access_token, refresh_token, token_type, scope, id_token } = json;
  if (!isFilledText(access_token)) {
    throw new TokenFailure('passing', `${label} answered without an access token`);
  }
  const claims = claimsOf(id_token);
  return {
    accessToken: access_token,
    refreshToken: typeof refresh_token === 'string' && refresh_token ? refresh_token : undefined,
    tokenType: isFilledText(token_type) ? token_type : 'Bearer',
    expiresIn: readLife(json),
    scopes: readScopes(scope ?? json.scopes, facts.scopeSeparator),
    account: accountKeyOf(claims, json),
    namedAccount: readAccount(facts, [claims, whole]),
    extra: readExtras(json, { whole, kept: facts.kept }),
  };
}

/**
 * Returns how many seconds the access token lives; undefined if the response does not say it. Square and
 * Squarespace return the end of its life in place of `expires_in`, as a date or in Unix seconds.
 */
function readLife({ expires_in, expires_at }: JsonObject): number | undefined {
  const life = numberOf(expires_in) || (millisecondsOf(expires_at) - Date.now()) / 1_000;
  return Number.isFinite(life) && life > 0 ? Math.min(Math.floor(life), 2 ** 31 - 1) : undefined;
}

function numberOf(value: JsonValue | undefined): number {
  return typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN;
}

function millisecondsOf(value: JsonValue | undefined): number {
  const seconds = numberOf(value);
  if (seconds > 0) return seconds * 1_000;
  return typeof value === 'string' ? Date.parse(value) : Number.NaN;
}

/*
 * GitHub separates scopes with commas, Twitch sends a list, and others send a list as a string. A scope has
 * only printable ASCII characters (RFC 6749, section 3.3).
 */
function readScopes(scope: JsonValue | undefined, separator: string): string[] | undefined {
  const list = typeof scope === 'string' ? parseList(scope) : scope;
  if (Array.isArray(list)) {
    return list.flatMap((item) => (typeof item === 'string' ? splitScopes(item, separator) : []));
  }
  return typeof scope === 'string' ? splitScopes(scope, separator) : undefined;
}

function splitScopes(text: string, separator: string): string[] {
  return text
    .split(separator)
    .flatMap((part) => part.split(/[\s,]+/))
    .filter((name) => /^[!-~]+$/.test(name));
}

function parseList(text: string): JsonValue[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
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
