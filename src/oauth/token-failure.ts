import { ownValue } from '../catalog/json.ts';

/**
 * Why a provider gave no token.
 * - `ended`: the grant is no more; only a new consent helps.
 * - `refused`: the client or its request is wrong; somebody must change the configuration.
 * - `passing`: the provider could not be reached or made no sense; the same request may work later.
 */
export type TokenFailureKind = 'ended' | 'refused' | 'passing';

/** A token request that brought no token. Its message is for people and holds nothing the provider sent but an error code. */
export class TokenFailure extends Error {
  override readonly name = 'TokenFailure';
  readonly kind: TokenFailureKind;
  /** Seconds that the provider asked to wait. */
  readonly retryAfter: number | undefined;
  /** Whether the provider may have done what it was asked for all the same. */
  readonly isOutcomeUnknown: boolean;

  constructor(
    kind: TokenFailureKind,
    message: string,
    options?: ErrorOptions & { retryAfter?: number | undefined; isSent?: boolean },
  ) {
    super(message, options);
    this.kind = kind;
    this.retryAfter = options?.retryAfter;
    const isAnswered = kind !== 'passing' || this.retryAfter !== undefined;
    this.isOutcomeUnknown = !isAnswered && options?.isSent !== false;
  }
}

const wrongClient = 'the provider does not accept client_id and client_secret: correct them';

const configurationErrors: Readonly<Record<string, string>> = {
  invalid_client: wrongClient,
  incorrect_client_credentials: wrongClient, // GitHub
  unauthorized_client:
    'the provider does not let this client ask for tokens: check its settings there',
  invalid_scope: 'the provider does not know the scopes asked for: correct config.scopes',
  unsupported_grant_type: 'the provider does not support this kind of request',
  invalid_request: 'the provider calls the request malformed: check the endpoints and the client',
};

/** What an OAuth error code (RFC 6749, section 5.2) means to us. */
export function failureOfCode(code: string): TokenFailure {
  if (endedCodes.includes(code)) {
    return new TokenFailure('ended', `the provider no longer accepts the grant (${code})`);
  }
  const configuration = ownValue(configurationErrors, code);
  if (configuration !== undefined) return new TokenFailure('refused', configuration);
  const shown = /^[a-z_]{1,40}$/.test(code) ? ` (${code})` : '';
  return new TokenFailure('passing', `the provider answered with an error${shown}`);
}

/* GitHub's names for the same, and Microsoft's for a grant that wants its person again. */
const endedCodes = [
  ...['invalid_grant', 'bad_refresh_token', 'bad_verification_code'],
  ...['interaction_required', 'consent_required', 'login_required'],
];
