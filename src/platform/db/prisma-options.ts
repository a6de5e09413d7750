/**
 * For the client on either database. Prisma's fuller error format prints the arguments of the failed
 * call, and values have no business in a log. Times are in milliseconds.
 */
export const clientOptions = {
  errorFormat: 'minimal',
  transactionOptions: { maxWait: 2_000, timeout: 10_000 },
} as const;
