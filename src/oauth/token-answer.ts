import { isJsonObject, type JsonObject, type JsonValue } from '../catalog/json.ts';
import { OutboundError } from './outbound.errors.ts';
import type { Provider } from './provider.ts';
import { failureOfCode, TokenFailure } from './token-failure.ts';

/** What a provider's token endpoint gave. */
export type TokenAnswer = {
  accessToken: string;
  /** Absent: the one in use stays. */
  refreshToken: string | undefined;
  tokenType: string;
  /** Seconds that the access token lives; undefined when the provider does not say. */
  expiresIn: number | undefined;
  /** Undefined: as asked for (RFC 6749, section 5.1). */
  scopes: string[] | undefined;
  /** Who consented, in the provider's words; undefined when it does not say. */
  account: string | undefined;
};

/**
 * Sends a token request and reads the answer, whatever the provider's manners: an error inside a
 * 200, HTML, no JSON at all.
 *
 * @throws TokenFailure
 */
export async function readTokenAnswer(
  { label }: Provider,
  send: () => Promise<Response>,
): Promise<TokenAnswer> {
  const [status, retryAfter, text] = await receive(label, send);
  const json = parseObject(text);
  const code = json?.error;
  if (status === 429 || status >= 500) {
    throw new TokenFailure('passing', `${label} answered with status ${status}`, { retryAfter });
  }
  if (typeof code === 'string') throw failureOfCode(code);
  if (json === undefined) {
    throw new TokenFailure('passing', `${label} did not answer with JSON (status ${status})`);
  }
  if (status < 200 || status > 299) throw failureOfStatus(label, status);
  return fromJson(label, json);
}

async function receive(
  label: string,
  send: () => Promise<Response>,
): Promise<[status: number, retryAfter: number | undefined, text: string]> {
  try {
    const response = await send();
    const text = await response.text();
    return [response.status, readRetryAfter(response.headers.get('retry-after')), text];
  } catch (cause) {
    const found = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    // Whoever names a host must not learn from us whether it has a private address, or none.
    const code = found === 'outbound_refused' ? 'outbound_unreachable' : found;
    const isSent = !(cause instanceof OutboundError) || cause.isSent;
    throw new TokenFailure('passing', `${label} could not be reached (${code})`, { cause, isSent });
  }
}

function failureOfStatus(label: string, status: number): TokenFailure {
  if (status === 401 || status === 403) {
    return new TokenFailure('refused', `${label} refuses this client (status ${status})`);
  }
  return new TokenFailure('passing', `${label} answered with status ${status}`);
}

function fromJson(label: string, json: JsonObject): TokenAnswer {
  const { access_token, refresh_token, token_type, expires_in, scope } = json;
  if (typeof access_token !== 'string' || access_token === '') {
    throw new TokenFailure('passing', `${label} answered without an access token`);
  }
  const life = Number(expires_in ?? Number.NaN);
  return {
    accessToken: access_token,
    refreshToken: typeof refresh_token === 'string' && refresh_token ? refresh_token : undefined,
    tokenType: typeof token_type === 'string' ? token_type : 'Bearer',
    expiresIn:
      Number.isFinite(life) && life > 0 ? Math.min(Math.floor(life), 2 ** 31 - 1) : undefined,
    scopes: readScopes(scope ?? json.scopes),
    account: accountOf(json),
  };
}

/*
 * GitHub separates with commas, Twitch sends a list, and others send a list as text. Only printable ASCII
 * makes a scope (RFC 6749, section 3.3).
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

/** `sub` of an ID token, which came straight from the token endpoint over TLS; else what some providers send beside it. */
function accountOf(json: JsonObject): string | undefined {
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

/** What a provider may ask to wait at most, in seconds. */
const longestPause = 3_600;

function readRetryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  const seconds = /^\d{1,6}$/.test(header)
    ? Number(header)
    : (Date.parse(header) - Date.now()) / 1000;
  if (!(seconds > 0)) return undefined;
  return Math.min(Math.ceil(seconds), longestPause);
}
