import { z } from 'zod';
import type { RequestContext } from '../../core/access/request-context.ts';
import type { Operation } from '../../core/operations/operation.ts';
import { inCamelCase } from './field-names.ts';

/**
 * The caller that a route serves: a member with a key, or an end user with a connect token, both on the
 * management host; or the backend of an app, on the app's hostname. It needs no key if the app is public.
 */
export type RouteCaller = 'member' | 'end user' | 'app';

/** The input of a request: the id in its path, its query, and its body with the names of the operation. */
export type RouteInput<Query> = { id: string; query: Query; body: Record<string, unknown> };

/** A row of the route table: a path, the operation that it runs, and the conversion of names. */
export type Route = {
  method: 'get' | 'post' | 'put' | 'delete';
  /** The path in the form of OpenAPI: `/v1/connections/{connection_id}`. */
  path: string;
  summary: string;
  description: string;
  caller: RouteCaller;
  // biome-ignore lint/suspicious/noExplicitAny: the table holds operations of all types; route() checks each
  operation: Operation<any, any>;
  /** The name of the route in OpenAPI: the name of the operation, unless two routes run the same one. */
  operationId: string;
  /** Refuses a caller who exceeds a rate, before the server spends time on their input. */
  admit: ((context: RequestContext) => void) | undefined;
  /** The schema that reads the query; undefined for a route without a query. */
  query: z.ZodObject | undefined;
  /**
   * The fields of the JSON body; undefined for a route that reads none. The operation checks them: its input
   * has the same names in camel case.
   */
  body: readonly string[] | undefined;
  /** The input of the operation that the whole body is; undefined if the body has the fields in `body`. */
  wholeBody: string | undefined;
  /** Further checks of body fields that only REST makes. */
  bodyChecks: Readonly<Record<string, z.ZodType>>;
  /** Whether a request without a body counts as one with `{}`. */
  isBodyOptional: boolean;
  /** The status of a successful response. */
  status: 200 | 201;
  /** An example of a body, for the documentation. */
  example: object | undefined;
  /** The schema of a successful response. */
  answer: z.ZodType;
  /** The statuses of failures that only some routes have. */
  failures: readonly (404 | 409 | 429 | 502)[];
  toInput: (asked: RouteInput<never>) => object;
  toJson: (output: never, context: RequestContext, query: never) => object | Promise<object>;
};

type RouteOptions<Input, Output, Query extends z.ZodObject> = Pick<
  Route,
  'method' | 'path' | 'summary' | 'description' | 'answer'
> &
  Partial<
    Pick<
      Route,
      | 'admit'
      | 'body'
      | 'bodyChecks'
      | 'caller'
      | 'example'
      | 'failures'
      | 'isBodyOptional'
      | 'operationId'
      | 'status'
      | 'wholeBody'
    >
  > & {
    operation: Operation<Input, Output>;
    query?: Query;
    toInput: (asked: RouteInput<z.output<Query>>) => { [Key in keyof Input]?: unknown };
    toJson: (
      output: Output,
      context: RequestContext,
      query: z.output<Query>,
    ) => object | Promise<object>;
  };

/** Declares a route, by default for members. It checks that the types of operation, query and JSON fit. */
export function route<Input, Output, Query extends z.ZodObject>(
  options: RouteOptions<Input, Output, Query>,
): Route {
  return {
    admit: undefined,
    body: undefined,
    bodyChecks: {},
    caller: 'member',
    example: undefined,
    failures: [],
    isBodyOptional: false,
    operationId: options.operation.name,
    query: undefined,
    status: 200,
    wholeBody: undefined,
    ...options,
  };
}

/** Returns the schema of a route's body. It takes the fields from the input of the operation. */
export function bodySchema(route: Route): z.ZodType {
  const { operation, body = [], bodyChecks, isBodyOptional, wholeBody } = route;
  if (wholeBody !== undefined) return bodyChecks[wholeBody] ?? z.record(z.string(), z.unknown());
  const { shape } = operation.input as z.ZodObject; // every operation's input is an object
  const fields = body.map((name) => {
    const schema = bodyChecks[name] ?? shape[inCamelCase(name)];
    if (schema === undefined) throw new Error(`${operation.name} has no input for "${name}".`);
    return [name, schema] as const;
  });
  const schema = z.strictObject(Object.fromEntries(fields));
  return isBodyOptional ? schema.optional() : schema;
}
