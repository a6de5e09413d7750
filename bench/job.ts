/** One request as it is sent, again and again. `{{n}}` in its body becomes a number never used before. */
export type JobRequest = { method: 'GET' | 'POST'; path: string; body?: string };

/** What the load generator is told to do. */
export type Job = {
  port: number;
  /** Value of the `Authorization` header. */
  authorization?: string;
  /** Taken in turn. */
  requests: readonly JobRequest[];
  /** What a right answer has. */
  status: number;
  contains: string;
  clients: number;
  seconds: number;
};

/** What came of it; times in milliseconds. */
export type Measured = { perSecond: number; p50: number; p99: number };

/** What a load generator says when it is done. */
export type JobOutcome = { measured: Measured } | { failure: string };
