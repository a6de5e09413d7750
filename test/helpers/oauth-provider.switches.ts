/** What is asked of the provider by a client in the back. */
export type Operation = 'authorization_code' | 'refresh_token' | 'revocation';

export type Account = 'A' | 'B';

type Failing =
  /** An OAuth error in JSON; status 200 is how GitHub sends them. */
  | { kind: 'error'; error: string; description?: string; status?: number }
  /** No OAuth: 500, or 429 with `retryAfter` seconds or date. */
  | { kind: 'status'; status: number; retryAfter?: string }
  /** Whatever a vendor sends in its own manner. */
  | { kind: 'raw'; status: number; body: string; headers?: Record<string, string> }
  | { kind: 'malformed' }
  | { kind: 'html' }
  /** 5 MB of JSON. */
  | { kind: 'huge' }
  /** The connection is reset. */
  | { kind: 'reset' };

export type Failure = Failing & {
  /** Any when absent. */
  on?: Operation;
  /** How often, before it goes away by itself; always when absent. */
  times?: number;
  /** Does what was asked (rotates!) and then fails, as a network does. */
  after?: boolean;
};

/** Waits before or after the work is done. */
export type Delay = { ms: number; when: 'before' | 'after'; on?: Operation };

/** How the provider behaves; all of it is JSON, and can be changed while it runs. */
export type Switches = {
  /** The only way a client may authenticate. */
  clientAuthentication: 'body' | 'basic' | 'basic+json' | 'none';
  /** Who consents at once; `ask` shows a page with links. */
  consent: Account | 'deny' | 'ask';
  /** Whether its pages cut off whoever opened them (`Cross-Origin-Opener-Policy: same-origin`). */
  cutsOpeners: boolean;
  /** The `error_description` of a denial. */
  denial: string;
  /** The `iss` of the redirect: none, the true one, or this. */
  iss: 'none' | 'own' | (string & {});
  /**
   * Whether a refresh answers with a new refresh token, and what an old one is then: `lenient` still
   * good, `strict` an `invalid_grant`, `revoke_family` the end of all tokens of that consent.
   */
  rotation: 'off' | 'lenient' | 'strict' | 'revoke_family';
  /** Which answers hold a refresh token: all, only those to a code, none. */
  refreshToken: 'always' | 'first' | 'never';
  /** `expires_in` letter by letter, of whatever type; null for none. */
  expiresIn: unknown;
  tokenType: string;
  /** The `scope` of an answer: as asked, none, or this. */
  scope: 'asked' | 'none' | (string & {}) | string[];
  /** Scopes that are never granted, nor named in an answer. */
  withheldScopes: string[];
  /** How the body of an answer is encoded, asked for or not. */
  encoding: 'none' | 'gzip' | 'deflate' | 'deflate-raw' | 'br' | 'zstd';
  /** Answers are form-encoded, whatever was asked for. */
  asForm: boolean;
  /** Where the tokens of an answer stand: on top, or in a member of this name. */
  envelope: 'none' | (string & {});
  /** Members of a token answer beside the usual ones. */
  extra: Record<string, unknown>;
  /** Parameters that the browser brings back beside the usual ones. */
  callbackExtra: Record<string, string>;
  /** How an answer says whose token it is. */
  account: 'none' | 'dropbox' | 'notion' | 'id_token';
  /** The status of an OAuth error that the provider finds by itself. */
  errorStatus: number;
  /** GitHub answers in form encoding unless asked for JSON. */
  formUnlessAccepted: boolean;
  delay: Delay | null;
  failure: Failure | null;
  /** Parameters whose values are recorded beside their names. */
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
