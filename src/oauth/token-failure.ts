/**
 * Why a provider gave no token.
 * - `ended`: the grant is no more; only a new consent helps.
 * - `refused`: the client or its request is wrong; somebody must change the configuration.
 * - `unclear`: the provider refuses for no reason that we know; it may be the grant or the client.
 * - `passing`: the provider could not be reached or made no sense; the same request may work later.
 */
export type TokenFailureKind = 'ended' | 'refused' | 'unclear' | 'passing';

/** A token request that brought no token. Its message is for people and holds nothing the provider sent but an error code. */
export class TokenFailure extends Error {
  override readonly name = 'TokenFailure';
  readonly kind: TokenFailureKind;
  /** Seconds that the provider asked to wait. */
  readonly retryAfter: number | undefined;
  /** What the provider said, shortened and without what was sent to it: to be shown escaped, as its words. */
  readonly description: string | undefined;
  /** Whether the provider may have done what it was asked for all the same. */
  readonly isOutcomeUnknown: boolean;

  constructor(
    kind: TokenFailureKind,
    message: string,
    options?: ErrorOptions & {
      retryAfter?: number | undefined;
      isSent?: boolean;
      description?: string | undefined;
    },
  ) {
    super(message, options);
    this.kind = kind;
    this.description = options?.description;
    this.retryAfter = options?.retryAfter;
    const isAnswered = kind !== 'passing' || this.retryAfter !== undefined;
    this.isOutcomeUnknown = !isAnswered && options?.isSent !== false;
  }
}

const wrongClient = 'the provider does not accept client_id and client_secret: correct them';

/* Codes in comparable form. Configuration is named only where nothing says that the token is what is invalid. */
const configurationErrors: ReadonlyMap<string, string> = new Map([
  ['invalidclient', wrongClient],
  ['incorrectclientcredentials', wrongClient], // GitHub
  [
    'unauthorizedclient',
    'the provider does not let this client ask for tokens: check its settings there',
  ],
  ['invalidscope', 'the provider does not know the scopes asked for: correct config.scopes'],
  ['unsupportedgranttype', 'the provider does not support this kind of request'],
  [
    'invalidrequest',
    'the provider calls the request malformed: check the endpoints and the client',
  ],
]);

const passingErrors: ReadonlySet<string> = new Set([
  ...['temporarilyunavailable', 'servererror', 'internalerror', 'internalservererror'],
  ...['slowdown', 'ratelimited', 'ratelimitexceeded', 'serviceunavailable', 'toomanyrequests'],
]);

/*
 * Names of a grant that has ended which say neither token nor grant: Microsoft's for one that wants its
 * person again, GitHub's and Zoho's for a code, Slack's for a user that is gone, HubSpot's for a session.
 */
const endedErrors: ReadonlySet<string> = new Set([
  ...['interactionrequired', 'consentrequired', 'loginrequired'],
  ...['badverificationcode', 'invalidcode', 'badauthcode'],
  ...['accountinactive', 'invalidauth', 'authorizationrevoked', 'accessrevoked'],
  ...['expiredauthentication', 'userrevoked'],
]);

const deadWords = ['invalid', 'expired', 'revoked', 'inactive', 'bad', 'unknown', 'deleted'];

/** What a provider said of a request that it refused. */
export type Refusal = {
  status: number;
  /** Its error code, in whatever letters. */
  code: string | undefined;
  /** Its words, as {@link TokenFailure.description}. */
  description: string | undefined;
};

/** Returns what an error code (RFC 6749, section 5.2) and the words beside it mean to us. */
export function failureOfRefusal({ status, code, description }: Refusal): TokenFailure {
  const options = { description };
  const word = comparable(code ?? '');
  const shown = code !== undefined && /^\w{1,40}$/.test(code) ? ` (${code})` : '';
  if (isEndedCode(word) || saysEnded(description ?? '')) {
    // A code that blames the client is left out where the words say that it is the token.
    const named = configurationErrors.has(word) ? '' : shown;
    return new TokenFailure('ended', `the provider no longer accepts the grant${named}`, options);
  }
  const configuration = configurationErrors.get(word);
  if (configuration !== undefined) return new TokenFailure('refused', configuration, options);
  if (passingErrors.has(word) || status === 408 || status === 425) {
    return new TokenFailure('passing', `the provider answered with an error${shown}`, options);
  }
  const named = code === undefined ? ` (status ${status})` : shown;
  return new TokenFailure('unclear', `the provider answered with an error${named}`, options);
}

/** `INVALID_GRANT`, `invalid-grant` and `Invalid Grant` are one code. */
function comparable(code: string): string {
  return code
    .slice(0, 100)
    .toLowerCase()
    .replace(/[^a-z\d]/g, '');
}

/** As in `bad_refresh_token`, `token_revoked`, `expired_grant`: of the token, and not of the request or its client. */
function isEndedCode(word: string): boolean {
  if (endedErrors.has(word)) return true;
  if (/client|type|request|csrf/.test(word)) return false;
  return /token|grant/.test(word) && deadWords.some((dead) => word.includes(dead));
}

/* Some name the dead token only in their words: Atlassian beside unauthorized_client, LinkedIn and X beside invalid_request. */
function saysEnded(description: string): boolean {
  const words = new Set(description.toLowerCase().split(/[^a-z]+/));
  if (['client', 'secret', 'type', 'endpoint', 'scope'].some((word) => words.has(word)))
    return false;
  return (words.has('token') || words.has('grant')) && deadWords.some((dead) => words.has(dead));
}
