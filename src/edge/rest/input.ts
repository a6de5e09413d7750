import type { HonoRequest } from 'hono';
import type { z } from 'zod';
import type { RequestContext } from '../../core/access/request-context.ts';
import { parseWithTypes } from '../../core/operations/perform.ts';
import { InvalidInputError } from '../../platform/errors.ts';
import type { FieldIssue } from '../../platform/field-issues.ts';
import { fieldIssues, isVisible } from '../../platform/input.ts';
import { readJsonBody } from '../http/body.ts';
import { inCamelCase, inRestNames } from './field-names.ts';
import type { Route, RouteInput } from './route.ts';

/**
 * Reads the id, the query and the body of a request. It checks the query, the form of the body and the names
 * of its fields. The operation checks everything else.
 *
 * @throws UnsupportedMediaTypeError, PayloadTooLargeError, TooManyRequestsError, InvalidInputError.
 */
export async function readAsked(
  route: Route,
  request: HonoRequest,
  context: RequestContext,
): Promise<RouteInput<never>> {
  const { bodyBytes } = context.deps.config.limits;
  const sent = route.body && (await readJsonBody(request.raw, bodyBytes));
  route.admit?.(context);
  const params = ['connection_id', 'requirement_id', 'type'].map((name) => request.param(name));
  const id = params.find((value) => value !== undefined) ?? '';
  const query = readQuery(route.query, givenOf(request.query())) as never; // route() knows the type
  const { body, issues } = readBody(route, sent);
  const asked = { id, query, body };
  if (issues.length > 0) throw withOperationIssues(route, context, { asked, issues });
  return asked;
}

/** Returns the query parameters that are not blank. A blank one has the same meaning as a missing one. */
function givenOf(query: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(query).filter(([, text]) => isVisible(text)));
}

function readQuery(schema: z.ZodObject | undefined, given: Record<string, string>): unknown {
  const parsed = schema?.safeParse(given);
  if (parsed?.success === false) throw new InvalidInputError(fieldIssues(parsed.error.issues));
  return parsed?.data;
}

type ReadBody = Pick<RouteInput<never>, 'body'> & { issues: FieldIssue[] };

/** Renames the fields of a body, and finds unknown fields. */
function readBody(route: Route, sent: unknown): ReadBody {
  const { body: fields, bodyChecks, isBodyOptional, wholeBody } = route;
  if (fields === undefined) return { body: {}, issues: [] };
  if (sent === undefined && isBodyOptional) return { body: {}, issues: [] };
  if (typeof sent !== 'object' || sent === null || Array.isArray(sent)) {
    throw new InvalidInputError([{ path: 'body', message: 'must be a JSON object' }]);
  }
  const given = sent as Record<string, unknown>; // an object, as was just looked at
  if (wholeBody !== undefined) return { body: { [wholeBody]: given }, issues: [] };
  const known = fields.filter((name) => Object.hasOwn(given, name));
  const body = Object.fromEntries(known.map((name) => [inCamelCase(name), given[name]]));
  const unknown = Object.keys(given).filter((name) => !fields.includes(name));
  const issues = [
    ...Object.entries(bodyChecks).flatMap(([name, schema]) => issuesOf(name, schema, given[name])),
    ...unknown.map((name) => ({ path: name, message: 'is not a known field' })),
  ];
  return { body, issues };
}

function issuesOf(name: string, schema: z.ZodType, value: unknown): FieldIssue[] {
  const parsed = schema.safeParse(value);
  return parsed.success
    ? []
    : fieldIssues(parsed.error.issues).map((issue) => ({ ...issue, path: name }));
}

/** Adds the problems that the operation finds, so that a client learns about all problems at once. */
function withOperationIssues(
  route: Route,
  context: RequestContext,
  { asked, issues }: { asked: RouteInput<never>; issues: readonly FieldIssue[] },
) {
  const known = new Set(issues.map(({ path }) => path));
  const parsed = parseWithTypes(route.operation, context, route.toInput(asked));
  const others = parsed.ok ? [] : inRestNames(parsed.issues);
  return new InvalidInputError([...others.filter(({ path }) => !known.has(path)), ...issues]);
}
