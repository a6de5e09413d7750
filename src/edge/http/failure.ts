import { z } from 'zod';
import type { AppError, ConflictError, InvalidInputError } from '../../platform/errors.ts';
import { errorKinds } from '../../platform/errors.ts';
import { internalMessage } from './masking.ts';

const codes = [...new Set(Object.values(errorKinds).map(({ rest }) => rest))];

/** The form of every failure in REST. */
export const failureSchema = z
  .object({
    error: z.object({
      code: z.enum(codes).describe('Says what kind of failure it is; clients may switch on it.'),
      message: z.string(),
      details: z
        .record(z.string(), z.unknown())
        .optional()
        .describe("Of a 400: each offending field's path and its complaint."),
      request_id: z.string().optional().describe('Of a 500: what the log has it under.'),
    }),
  })
  .meta({ id: 'Error' });

/**
 * The kinds of failure whose message is only the words of the status, as the documentation of `/v1` shows
 * them.
 */
const terse: readonly AppError['kind'][] = ['invalid_input', 'unauthenticated', 'not_found'];

/** Returns the JSON of a failure in REST. */
export function failureJson(error: AppError) {
  const { rest, words } = errorKinds[error.kind];
  const message = terse.includes(error.kind) ? words : error.message;
  const details = detailsOf(error);
  return { error: { code: rest, message, ...(details && { details }) } };
}

/** Returns everything that REST reveals about a bug. */
export function internalFailureJson(requestId: string) {
  const { rest } = errorKinds.internal;
  return { error: { code: rest, message: internalMessage(requestId), request_id: requestId } };
}

function detailsOf(error: AppError): Record<string, unknown> | undefined {
  if (error.kind === 'conflict') return (error as ConflictError).details;
  if (error.kind !== 'invalid_input') return undefined;
  const { fields } = error as InvalidInputError;
  return Object.fromEntries(fields.map(({ path, message }) => [path, message]));
}
