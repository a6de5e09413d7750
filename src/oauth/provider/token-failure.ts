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
 * Codes of a grant that has ended, in comparable form, beside those that {@link saysEnded} reads. Each is
 * documented by whoever sends it: RFC 6749 and RFC 6750; Microsoft and OpenID Connect for a grant that wants
 * its person again; GitHub and Zoho for a code or token that is none; Slack for a user who is gone; Facebook,
 * whose type comes with a number.
 */
const endedErrors: ReadonlySet<string> = new Set([
  ...['invalidgrant', 'invalidtoken'],
  ...['interactionrequired', 'consentrequired', 'loginrequired'],
  ...['badverificationcode', 'invalidcode', 'badauthcode'],
  ...['accountinactive', 'authorizationrevoked', 'accessrevoked', 'userrevoked'],
  ...['oauthexception190'],
]);

/*
 * Codes that some send for a dead token though they mean something else: unauthorized_client by Atlassian,
 * invalid_request by LinkedIn, X and Zoom. Beside them alone the description decides.
 */
const vagueErrors: ReadonlySet<string> = new Set(['unauthorizedclient', 'invalidrequest']);

/*
 * Salesforce sends invalid_grant for these as well, and takes the same token later:
 * https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_flow_errors.htm
 */
const passingDescriptions = [
  'rate exceeded',
  'ip restricted',
  'login hours',
  'already being processed',
];

const deadWords = [
  ...['invalid', 'expired', 'revoked', 'inactive', 'bad', 'unknown', 'deleted'],
  ...['unrecognized', 'blacklisted', 'dead'],
];
const liveWords = ['valid', 'active', 'found', 'recognized'];
const endedVocabulary: ReadonlySet<string> = new Set([
  ...['token', 'tokens', 'refresh', 'refreshtoken', 'grant', 'authorization', 'oauth', 'error'],
  ...['the', 'your', 'this', 'a', 'an', 'provided', 'supplied', 'given', 'passed', 'value', 'for'],
  ...[
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
  ],
  ...deadWords,
  ...liveWords,
]);

/** What a provider said of a request that it refused. */
export type Refusal = {
  status: number;
  /** What it calls the error, in whatever letters; the most telling name comes first. */
  names: readonly string[];
  /** Its words, as {@link TokenFailure.description}. */
  description: string | undefined;
};

/**
 * Returns what an error code (RFC 6749, section 5.2) and the words beside it mean to us. A wrong end would
 * lose a grant that still works, so it takes a code that is known for one, or one of two vague codes beside a
 * description that says nothing else. All other refusals are `unclear`.
 */
export function failureOfRefusal({ status, names, description = '' }: Refusal): TokenFailure {
  const options = { description: description === '' ? undefined : description };
  const code = comparable(names[0] ?? '');
  const configuration = configurationErrors.get(code);
  const isKnown = configuration !== undefined || passingErrors.has(code);
  const ended = isKnown ? undefined : names.find(isEndedCode);
  if (ended !== undefined && !saysPassing(description)) {
    const message = `the provider no longer accepts the grant${shown(ended)}`;
    return new TokenFailure('ended', message, options);
  }
  // Where the words name the token, the code that blames the client or its request is left out.
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

function shown(name: string): string {
  return /^\w{1,40}$/.test(name) ? ` (${name})` : '';
}

/** `INVALID_GRANT`, `invalid-grant` and `Invalid Grant` are one code. */
function comparable(code: string): string {
  return code
    .slice(0, 100)
    .toLowerCase()
    .replace(/[^a-z\d]/g, '');
}

function isEndedCode(name: string): boolean {
  return endedErrors.has(comparable(name)) || saysEnded(name);
}

/** Whether a text says that a token or grant has ended, as `BAD_REFRESH_TOKEN` does, and nothing else. */
function saysEnded(text: string): boolean {
  const spaced = text.slice(0, 200).replace(/([a-z])([A-Z])/g, '$1 $2');
  const words: readonly string[] = spaced.toLowerCase().match(/[a-z]+/g) ?? [];
  const has = (wanted: readonly string[]) => wanted.some((word) => words.includes(word));
  const isDead = has(deadWords) || (has(['not', 'longer']) && has(liveWords));
  const isOfGrant = has(['token', 'tokens', 'refreshtoken', 'grant']);
  return isOfGrant && isDead && words.every((word) => endedVocabulary.has(word));
}

/** Whether a text speaks of a dead token or grant among other things, and not of the client or its request. */
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
