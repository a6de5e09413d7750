import type { HonoRequest } from 'hono';
import type { z } from 'zod';
import type { RequestContext } from '../../core/access/request-context.ts';
import { InvalidInputError } from '../../platform/errors.ts';
import { fieldIssues, isVisible } from '../../platform/input.ts';
import { readJsonBody } from '../http/body.ts';
import type { Route, RouteInput } from './route.ts';

/**
 * What a route is asked, checked.
 *
 * @throws UnsupportedMediaTypeError, PayloadTooLargeError, TooManyRequestsError, InvalidInputError naming
 * every offending field at once.
 */
export async function readInput(
  { query, body, admit }: Route,
  request: HonoRequest,
  context: RequestContext,
): Promise<RouteInput<never, never>> {
  const { bodyBytes } = context.deps.config.limits;
  const sent = body && (await readJsonBody(request.raw, bodyBytes));
  admit?.(context);
  return {
    id: request.param('connection_id') ?? request.param('requirement_id') ?? '',
    query: check(query, givenOf(request.query())) as never, // route() knows the types
    body: check(body, sent) as never,
  };
}

/** The query parameters that say something: a blank one is the same as one that is left out. */
function givenOf(query: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(query).filter(([, text]) => isVisible(text)));
}

function check(schema: z.ZodType | undefined, value: unknown): unknown {
  if (schema === undefined) return undefined;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InvalidInputError([{ path: 'body', message: 'must be a JSON object' }]);
  }
  throw new InvalidInputError(fieldIssues(parsed.error.issues));
}
