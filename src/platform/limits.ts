/** Every published limit, with the variable that changes it. The README's table is this one. */
export const defaultLimits = {
  /** Bytes of a request's body. `LIMIT_BODY_BYTES` */
  bodyBytes: 1_048_576,
  /** Seconds from a request's first byte to its last. `LIMIT_REQUEST_SECONDS` */
  requestSeconds: 30,
  /** Tokens of a GraphQL document. `LIMIT_TOKENS` */
  tokens: 2_000,
  /** Levels of nested fields in a document. `LIMIT_DEPTH` */
  depth: 12,
  /** Fields × page sizes of an operation. `LIMIT_COST` */
  cost: 5_000,
  /** Fields of a document that carry an alias. `LIMIT_ALIASES` */
  aliases: 30,
  /** Rows of a page. `LIMIT_PAGE_SIZE` */
  pageSize: 100,
  /** Connect tokens of an operation. `LIMIT_CONNECT_TOKENS` */
  connectTokens: 5,
  /** Connect tokens made without a key, a minute and client address. `LIMIT_MINTS_PER_ADDRESS` */
  mintsPerAddress: 60,
  /** Connect tokens made without a key, a minute and app. `LIMIT_MINTS_PER_APP` */
  mintsPerApp: 600,
  /** Actions of a connect token made without a key, a minute. `LIMIT_ACTIONS_PER_TOKEN` */
  actionsPerToken: 60,
  /** Actions of a connect token made with a key, a minute. `LIMIT_ACTIONS_PER_KEYED_TOKEN` */
  actionsPerKeyedToken: 600,
  /** Actions with tokens made without a key, a minute and client address. `LIMIT_ACTIONS_PER_ADDRESS` */
  actionsPerAddress: 120,
  /** Actions with tokens made without a key, a minute and app. `LIMIT_ACTIONS_PER_APP` */
  actionsPerApp: 600,
  /** References of a connection. `LIMIT_REFERENCES` */
  references: 1_000,
  /** Open subscriptions of a credential, in each process. `LIMIT_SUBSCRIPTIONS` */
  subscriptions: 10,
  /** The same of all connect tokens of an app; with and without a key apart. `LIMIT_SUBSCRIPTIONS_PER_APP` */
  subscriptionsPerApp: 1_000,
  /** The same of tokens made without a key, for a client address. `LIMIT_SUBSCRIPTIONS_PER_ADDRESS` */
  subscriptionsPerAddress: 100,
  /** All open subscriptions of a process. `LIMIT_SUBSCRIPTIONS_PER_PROCESS` */
  subscriptionsPerProcess: 5_000,
  /** Changes that wait for a subscriber who does not read. `LIMIT_WAITING_CHANGES` */
  waitingChanges: 1_000,
} as const;

export type Limits = Record<keyof typeof defaultLimits, number>;

/** Rows of a page when nobody says how many. */
export const defaultPageSize = 20;

/** The last row that page numbers reach; cursors go on beyond it. */
export const lastNumberedRow = 10_000;

/** Personal access tokens of one person, which are listed without pages. */
export const tokensPerUser = 100;

/** Requirements of one app, which are listed without pages. */
export const mostRequirements = 50;

/** Credentials that one call resolves. */
export const mostReferences = 100;

/** What JSON from outside may hold: levels, items of a list or fields of an object, values altogether. */
export const boundsOfJson = { depth: 32, size: 1_000, values: 10_000 } as const;

/** Fields of a form of the connect page, and bytes of one that is sent as multipart. */
export const mostFormFields = 200;
export const longestMultipart = 102_400;

/** Complaints that one answer tells. */
export const mostComplaints = 100;

/** Clients that GraphiQL, which is megabytes, is sent to at the same time. */
export const mostGraphiqlResponses = 20;
