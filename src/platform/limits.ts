/**
 * All published limits, with the variable that changes each. The table in the README lists the same
 * limits.
 */
export const defaultLimits = {
  /** Maximum size of a request body in bytes. `LIMIT_BODY_BYTES` */
  bodyBytes: 1_048_576,
  /** Maximum seconds from the first to the last byte of a request. `LIMIT_REQUEST_SECONDS` */
  requestSeconds: 30,
  /** Maximum number of tokens in a GraphQL document. `LIMIT_TOKENS` */
  tokens: 2_000,
  /** Maximum depth of nested fields in a document. `LIMIT_DEPTH` */
  depth: 12,
  /** Maximum cost of an operation: its fields, times the sizes of their pages. `LIMIT_COST` */
  cost: 5_000,
  /** Maximum number of aliases in a document. `LIMIT_ALIASES` */
  aliases: 30,
  /** Maximum number of rows of a page. `LIMIT_PAGE_SIZE` */
  pageSize: 100,
  /** Maximum number of connect tokens that one operation creates. `LIMIT_CONNECT_TOKENS` */
  connectTokens: 5,
  /** Connect tokens without a key, per minute and client address. `LIMIT_MINTS_PER_ADDRESS` */
  mintsPerAddress: 60,
  /** Connect tokens without a key, per minute and app. `LIMIT_MINTS_PER_APP` */
  mintsPerApp: 600,
  /**
   * Actions of a connect token that was made without a key, per minute. `LIMIT_ACTIONS_PER_TOKEN`
   */
  actionsPerToken: 60,
  /**
   * Actions of a connect token that was made with a key, per minute. `LIMIT_ACTIONS_PER_KEYED_TOKEN`
   */
  actionsPerKeyedToken: 600,
  /**
   * Actions with tokens that were made without a key, per minute and client address.
   * `LIMIT_ACTIONS_PER_ADDRESS`
   */
  actionsPerAddress: 120,
  /**
   * Actions with tokens that were made without a key, per minute and app. `LIMIT_ACTIONS_PER_APP`
   */
  actionsPerApp: 600,
  /** Verifications of credentials, per minute and caller. `LIMIT_VERIFICATIONS` */
  verifications: 60,
  /**
   * Verifications at one host, per minute and organization, or app for end users.
   * `LIMIT_VERIFICATIONS_PER_HOST`
   */
  verificationsPerHost: 120,
  /** Maximum number of references of a connection. `LIMIT_REFERENCES` */
  references: 1_000,
  /** Open subscriptions of a credential, in each process. `LIMIT_SUBSCRIPTIONS` */
  subscriptions: 10,
  /**
   * Open subscriptions of all connect tokens of an app. Tokens with and without a key count separately.
   * `LIMIT_SUBSCRIPTIONS_PER_APP`
   */
  subscriptionsPerApp: 1_000,
  /**
   * Open subscriptions of tokens that were made without a key, per client address.
   * `LIMIT_SUBSCRIPTIONS_PER_ADDRESS`
   */
  subscriptionsPerAddress: 100,
  /** All open subscriptions of a process. `LIMIT_SUBSCRIPTIONS_PER_PROCESS` */
  subscriptionsPerProcess: 5_000,
  /** Changes that wait for a subscriber that does not read. `LIMIT_WAITING_CHANGES` */
  waitingChanges: 1_000,
  /** Maximum size of a body through the proxy, either way, in MiB. `LIMIT_PROXY_MEGABYTES` */
  proxyMegabytes: 5_120,
  /** Seconds until a service begins its response through the proxy. `LIMIT_PROXY_RESPONSE_SECONDS` */
  proxyResponseSeconds: 60,
  /** Seconds between two parts of a response through the proxy. `LIMIT_PROXY_IDLE_SECONDS` */
  proxyIdleSeconds: 60,
  /** Proxied requests of a connection at the same time, in each process. `LIMIT_PROXY_PER_CONNECTION` */
  proxyPerConnection: 100,
  /** Proxied requests to a host at the same time, in each process. `LIMIT_PROXY_PER_HOST` */
  proxyPerHost: 500,
} as const;

export type Limits = Record<keyof typeof defaultLimits, number>;

/** Number of rows of a page if the client does not say. */
export const defaultPageSize = 20;

/** The last row that a page number reaches. Cursors continue beyond it. */
export const lastNumberedRow = 10_000;

/** Maximum number of personal access tokens of one person. They are listed without pages. */
export const tokensPerUser = 100;

/** Maximum number of requirements of one app. They are listed without pages. */
export const mostRequirements = 50;

/** Maximum number of credentials that one call resolves. */
export const mostReferences = 100;

/** Maximum number of connection types that one organization defines. They are listed without pages. */
export const mostCustomTypes = 500;

/** Maximum size of the definition of a connection type in bytes, written as JSON. */
export const longestDefinition = 65_536;

/** Bounds of JSON from outside: levels, items of a list or fields of an object, values in total. */
export const boundsOfJson = { depth: 32, size: 1_000, values: 10_000 } as const;

/** Maximum number of fields in a form of the connect page, and of bytes in a multipart form. */
export const mostFormFields = 200;
export const longestMultipart = 102_400;

/** Maximum number of problems in one response. */
export const mostComplaints = 100;

/** Maximum number of clients that receive GraphiQL at the same time, because it has megabytes. */
export const mostGraphiqlResponses = 20;
