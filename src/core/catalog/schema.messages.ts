import type { z } from 'zod';

/** The message of a schema: one for a value that is missing, the other for one of the wrong type. */
export function missingOr(message: string) {
  return {
    error: ({ input }: { input?: unknown }) => (input === undefined ? 'cannot be blank' : message),
  };
}

/** A zod check that reports what `find` says is wrong. */
export function report<T>(find: (value: T) => string | undefined) {
  return (value: T, context: z.RefinementCtx) => {
    const message = find(value);
    if (message) context.addIssue({ code: 'custom', message });
  };
}
