/**
 * The options of Prisma on both databases. Its longer error formats print the arguments of the failed call,
 * and these values must not get into a log. Times are in milliseconds.
 */
export const clientOptions = {
  errorFormat: 'minimal',
  transactionOptions: { maxWait: 2_000, timeout: 10_000 },
} as const;
