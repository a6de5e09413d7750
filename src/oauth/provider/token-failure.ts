/**
 * Why a provider gave no token.
 * - `ended`: the grant has ended; only a new consent helps.
 * - `refused`: the client or its request is wrong; somebody must change the configuration.
 * - `unclear`: the provider refuses without a known reason; the grant or the client may be the cause.
 * - `passing`: the provider could not be reached, or its response is unreadable; the same request may work later.
 */
export type TokenFailureKind = 'ended' | 'refused' | 'unclear' | 'passing';

/** A token request without a token. Of the provider's response, its message holds nothing but an error code. */
export class TokenFailure extends Error {
  override readonly name = 'TokenFailure';
  readonly kind: TokenFailureKind;
  /** Seconds that the provider asks to wait. */
  readonly retryAfter: number | undefined;
  /** The provider's own words, shortened and without values that were sent to it. Show them escaped and as a quote. */
  readonly description: string | undefined;
  /** Whether the provider may have replaced the tokens although no answer came. */
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

/* Codes in comparable form. They blame the configuration only where no words say that the token is invalid. */
const configurationErrors: ReadonlyMap<string, string> = new Map([
  ['invalidclient', wrongClient],
  ['incorrectclientcredentials', wrongClient], // GitHub
  [
    'unauthorizedclient',
    'the provider does not allow this client to request tokens: check its settings there',
  ],
  ['invalidscope', 'the provider does not know the scopes asked for: correct config.scopes'],
  ['unsupportedgranttype', 'the provider does not support this kind of request'],
  [
    'invalidrequest',
    'the provider calls the request malformed: check the endpoints and the client',
  ],
]);

const passingErrors: ReadonlySet<string> = new Set([
  'temporarilyunavailable',
  'servererror',
  'internalerror',
  'internalservererror',
  'slowdown',
  'ratelimited',
  'ratelimitexceeded',
  'serviceunavailable',
  'toomanyrequests',
]);

/*
 * Codes of a grant that has ended, in comparable form, in addition to those that {@link saysEnded} reads. Each is
 * documented by its sender: RFC 6749 (section 5.2) and RFC 6750; Microsoft and OpenID Connect for a grant that
 * requires its person again; GitHub and Zoho for an unknown code or token; Slack for a deleted user; Facebook,
 * whose type comes with a number.
 */
const endedErrors: ReadonlySet<string> = new Set([
  'invalidgrant',
  'invalidtoken',
  'interactionrequired',
  'consentrequired',
  'loginrequired',
  'badverificationcode',
  'invalidcode',
  'badauthcode',
  'accountinactive',
  'authorizationrevoked',
  'accessrevoked',
  'userrevoked',
  'oauthexception190',
]);

/*
 * Codes that some providers send for a dead token although they mean something else: Atlassian sends
 * unauthorized_client; LinkedIn, X and Zoom send invalid_request. Only with these codes does the description decide.
 */
const vagueErrors: ReadonlySet<string> = new Set(['unauthorizedclient', 'invalidrequest']);

/*
 * Salesforce also sends invalid_grant for these, and accepts the same token later:
 * https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_flow_errors.htm
 */
const passingDescriptions = [
  'rate exceeded',
  'ip restricted',
  'login hours',
  'already being processed',
];

const deadWords = [
  'invalid',
  'expired',
  'revoked',
  'inactive',
  'bad',
  'unknown',
  'deleted',
  'unrecognized',
  'blacklisted',
  'dead',
];
const liveWords = ['valid', 'active', 'found', 'recognized'];
const endedVocabulary: ReadonlySet<string> = new Set([
  'token',
  'tokens',
  'refresh',
  'refreshtoken',
  'grant',
  'authorization',
  'oauth',
  'error',
  'the',
  'your',
  'this',
  'a',
  'an',
  'provided',
  'supplied',
  'given',
  'passed',
  'value',
  'for',
  'is',
  'was',
  'are',
  'has',
  'have',
  'been',
  'or',
  'and',
  'either',
  'already',
  'not',
  'no',
  'longer',
  ...deadWords,
  ...liveWords,
]);

/** An error response of a token endpoint (RFC 6749, section 5.2). */
export type TokenRefusal = {
  status: number;
  /** The names of the error, in any spelling; the most precise one comes first. */
  names: readonly string[];
  /** See {@link TokenFailure.description}. */
  description: string | undefined;
};

/**
 * Returns the failure that an error code (RFC 6749, section 5.2) and its description mean. A wrong `ended`
 * would lose a grant that still works. So `ended` requires a known code, or one of two vague codes with a
 * description that says nothing else. All other refusals are `unclear`.
 */
export function failureOfRefusal({ status, names, description = '' }: TokenRefusal): TokenFailure {
  const options = { description: description === '' ? undefined : description };
  const code = comparableCode(names[0] ?? '');
  const configuration = configurationErrors.get(code);
  const isKnown = configuration !== undefined || passingErrors.has(code);
  const ended = isKnown ? undefined : names.find(isEndedCode);
  if (ended !== undefined && !saysPassing(description)) return deadGrant(ended, options);
  // If the words name the token, the message leaves out the code, which blames the client or its request.
  if (vagueErrors.has(code) && saysEnded(description)) {
    return new TokenFailure('ended', 'the provider no longer accepts the grant', options);
  }
  if (configuration !== undefined && mentionsEnd(description)) {
    return new TokenFailure('unclear', 'the provider does not accept the grant', options);
  }
  if (configuration !== undefined) return new TokenFailure('refused', configuration, options);
  const name = names[0] === undefined ? ` (status ${status})` : shown(names[0]);
  const isPassing = passingErrors.has(code) || status === 408 || status === 425;
  const message = `the provider answered with an error${name}`;
  return new TokenFailure(isPassing ? 'passing' : 'unclear', message, options);
}

/** Returns the failure of a refusal that its type counts as an end; undefined when its words say otherwise. */
export function failureOfDeadGrant({ names, description }: TokenRefusal): TokenFailure | undefined {
  return saysPassing(description ?? '') ? undefined : deadGrant(names[0] ?? '', { description });
}

function deadGrant(name: string, options: { description: string | undefined }): TokenFailure {
  const message = `the provider no longer accepts the grant${shown(name)}`;
  return new TokenFailure('ended', message, options);
}

function shown(name: string): string {
  return /^\w{1,40}$/.test(name) ? ` (${name})` : '';
}

/** `INVALID_GRANT`, `invalid-grant` and `Invalid Grant` are one code. */
export function comparableCode(code: string): string {
  return code
    .slice(0, 100)
    .toLowerCase()
    .replace(/[^a-z\d]/g, '');
}

function isEndedCode(name: string): boolean {
  return endedErrors.has(comparableCode(name)) || saysEnded(name);
}

/** Returns whether a text says that a token or grant has ended, as `BAD_REFRESH_TOKEN` does, and nothing else. */
function saysEnded(text: string): boolean {
  const spaced = text.slice(0, 200).replace(/([a-z])([A-Z])/g, '$1 $2');
  const words: readonly string[] = spaced.toLowerCase().match(/[a-z]+/g) ?? [];
  const has = (wanted: readonly string[]) => wanted.some((word) => words.includes(word));
  const isDead = has(deadWords) || (has(['not', 'longer']) && has(liveWords));
  const isOfGrant = has(['token', 'tokens', 'refreshtoken', 'grant']);
  return isOfGrant && isDead && words.every((word) => endedVocabulary.has(word));
}

/** Returns whether a text mentions a dead token or grant, and neither the client nor its request. */
function mentionsEnd(text: string): boolean {
  const words: ReadonlySet<string> = new Set(text.toLowerCase().split(/[^a-z]+/));
  const others = ['client', 'secret', 'type', 'endpoint', 'scope', 'csrf'];
  const isOfGrant = words.has('token') || words.has('grant');
  return (
    isOfGrant &&
    deadWords.some((word) => words.has(word)) &&
    !others.some((word) => words.has(word))
  );
}

function saysPassing(description: string): boolean {
  const words = description.toLowerCase();
  return passingDescriptions.some((phrase) => words.includes(phrase));
}
