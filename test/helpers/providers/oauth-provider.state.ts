import type { Account, Operation, Switches } from './oauth-provider.switches.ts';

export type Client = { id: string; secret?: string };

/** One request to the token or revocation endpoint. It has values only for the parameters that a test asked for. */
export type Call = {
  /** Milliseconds since 1970. */
  at: number;
  operation: Operation | 'unknown';
  /** How the client authenticated, correctly or not. */
  authentication: 'body' | 'basic' | 'none' | 'both';
  contentType: string;
  accept: string;
  userAgent: string;
  /** The names of the body's parameters in order. */
  params: string[];
  values: Record<string, string>;
  /** The status of the response; undefined before it, or when the connection was reset. */
  status?: number;
  /** The OAuth error of the response. */
  error?: string;
};

/** The tokens of one consent, which end together. */
export type Family = {
  id: number;
  account: Account;
  scope: string;
  revoked: boolean;
  /** The valid refresh tokens. */
  refreshTokens: Set<string>;
};

/** One set of issued tokens. */
export type Issued = {
  at: number;
  family: number;
  account: Account;
  scope: string;
  accessToken: string;
  refreshToken?: string;
};

export type Counts = {
  /** Requests to the authorization endpoint. */
  authorizations: number;
  /** Codes exchanged. */
  exchanges: number;
  /** Successful refreshes. */
  refreshes: number;
  /** Old refresh tokens and codes that were used a second time. */
  reuses: number;
  /** Families that ended after such a reuse. */
  revocations: number;
  /** Tokens that a client revoked (RFC 7009). */
  revoked: number;
};

/** A code before its exchange. */
export type Code = {
  family: Family;
  redirectUri: string;
  challenge: string;
  used: boolean;
};

export type ProviderState = {
  issuer: string;
  client: Client;
  switches: Switches;
  calls: Call[];
  /** The parameters of every request to the authorization endpoint. */
  authorizations: Record<string, string>[];
  issued: Issued[];
  counts: Counts;
  codes: Map<string, Code>;
  families: Family[];
  /** Every token ever issued. */
  tokens: Map<string, Family>;
};

export function createState(issuer: string, client: Client, switches: Switches): ProviderState {
  return {
    issuer,
    client,
    switches,
    calls: [],
    authorizations: [],
    issued: [],
    counts: {
      authorizations: 0,
      exchanges: 0,
      refreshes: 0,
      reuses: 0,
      revocations: 0,
      revoked: 0,
    },
    codes: new Map(),
    families: [],
    tokens: new Map(),
  };
}

/** An error of RFC 6749, section 5.2. */
export class ProviderError extends Error {
  readonly error: string;

  constructor(error: string, description: string) {
    super(description);
    this.error = error;
  }
}
