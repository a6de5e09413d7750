/** The operations of the token and revocation endpoints. */
export type Operation = 'authorization_code' | 'refresh_token' | 'revocation';

export type Account = 'A' | 'B';

type Failing =
  /** An OAuth error in JSON; GitHub sends them with status 200. */
  | { kind: 'error'; error: string; description?: string; status?: number }
  /** An error outside OAuth: 500, or 429 with `retryAfter` seconds or date. */
  | { kind: 'status'; status: number; retryAfter?: string }
  /** A vendor's own response. */
  | { kind: 'raw'; status: number; body: string; headers?: Record<string, string> }
  | { kind: 'malformed' }
  | { kind: 'html' }
  /** 5 MB of JSON. */
  | { kind: 'huge' }
  /** A reset connection. */
  | { kind: 'reset' };

export type Failure = Failing & {
  /** The operation that fails; any when absent. */
  on?: Operation;
  /** How often it fails before it ends by itself; always when absent. */
  times?: number;
  /** Whether the operation is done (and rotates!) before the failure, as with a lost response. */
  after?: boolean;
};

/** Waits before or after the operation. */
export type Delay = { ms: number; when: 'before' | 'after'; on?: Operation };

/** The behaviour of the provider, in JSON; a test can change it while the provider runs. */
export type Switches = {
  /** The only allowed client authentication. */
  clientAuthentication: 'body' | 'basic' | 'basic+json' | 'none';
  /** The account that consents at once; `ask` shows a page with links. */
  consent: Account | 'deny' | 'ask';
  /** Whether its pages cut off their opener (`Cross-Origin-Opener-Policy: same-origin`). */
  cutsOpeners: boolean;
  /** The `error_description` of a denial. */
  denial: string;
  /** The `iss` of the redirect: none, the true one, or the given text. */
  iss: 'none' | 'own' | (string & {});
  /**
   * Whether a refresh returns a new refresh token, and what happens to an old one: `lenient` accepts
   * it, `strict` returns `invalid_grant`, `revoke_family` ends all tokens of the consent.
   */
  rotation: 'off' | 'lenient' | 'strict' | 'revoke_family';
  /** The responses with a refresh token: all, only those to a code, or none. */
  refreshToken: 'always' | 'first' | 'never';
  /** `expires_in` exactly as sent, of any type; null for none. */
  expiresIn: unknown;
  tokenType: string;
  /** The `scope` of a response: as requested, none, or the given text. */
  scope: 'asked' | 'none' | (string & {}) | string[];
  /** Scopes that are never granted and never named in a response. */
  withheldScopes: string[];
  /** The content encoding of a response, requested or not. */
  encoding: 'none' | 'gzip' | 'deflate' | 'deflate-raw' | 'br' | 'zstd';
  /** Whether responses are form-encoded in every case. */
  asForm: boolean;
  /** The place of the tokens in a response: at the top, or in a member of this name. */
  envelope: 'none' | (string & {});
  /** Additional members of a token response. */
  extra: Record<string, unknown>;
  /** Additional parameters of the redirect. */
  callbackExtra: Record<string, string>;
  /** How a response names the account of the token. */
  account: 'none' | 'dropbox' | 'notion' | 'id_token';
  /** The status of an OAuth error that the provider detects. */
  errorStatus: number;
  /** Whether responses are form-encoded unless the client asks for JSON, as at GitHub. */
  formUnlessAccepted: boolean;
  delay: Delay | null;
  failure: Failure | null;
  /** Parameters whose values are recorded besides their names. */
  recordValues: string[];
};

export const defaultSwitches: Switches = {
  clientAuthentication: 'basic',
  consent: 'A',
  cutsOpeners: false,
  denial: '<script>alert(1)</script>" \r\nSet-Cookie: a=b; \u202e the user said no',
  iss: 'none',
  rotation: 'strict',
  refreshToken: 'always',
  expiresIn: 3600,
  tokenType: 'Bearer',
  scope: 'asked',
  withheldScopes: [],
  encoding: 'none',
  asForm: false,
  envelope: 'none',
  extra: {},
  callbackExtra: {},
  account: 'none',
  errorStatus: 400,
  formUnlessAccepted: false,
  delay: null,
  failure: null,
  recordValues: [],
};
