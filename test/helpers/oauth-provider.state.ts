import type { Account, Operation, Switches } from './oauth-provider.switches.ts';

export type Client = { id: string; secret?: string };

/** One request to the token or revocation endpoint. Values are there only where a test asked for them. */
export type Call = {
  /** Milliseconds since 1970. */
  at: number;
  operation: Operation | 'unknown';
  /** How the client authenticated, whether or not it was right. */
  authentication: 'body' | 'basic' | 'none' | 'both';
  contentType: string;
  accept: string;
  userAgent: string;
  /** The names of the body's parameters, in their order. */
  params: string[];
  values: Record<string, string>;
  /** The status answered; undefined as long as there is none, or when the connection was reset. */
  status?: number;
  /** The OAuth error answered. */
  error?: string;
};

/** What was handed out for one consent; it ends as a whole. */
export type Family = {
  id: number;
  account: Account;
  scope: string;
  revoked: boolean;
  /** The live ones. */
  refreshTokens: Set<string>;
};

/** One set of tokens that was handed out. */
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
  /** Refreshes that were carried out. */
  refreshes: number;
  /** Old refresh tokens, and codes, that came a second time. */
  reuses: number;
  /** Families that ended by such a reuse. */
  revocations: number;
  /** Tokens that were revoked by a client (RFC 7009). */
  revoked: number;
};

/** A code that waits for its exchange. */
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
  /** Every token ever handed out. */
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
