import { z } from 'zod';
import type { RequestContext } from '../../core/access/request-context.ts';
import type { Operation } from '../../core/operations/operation.ts';
import { inCamelCase } from './field-names.ts';

/**
 * Who a route is for: a member with a key, on the management host; an end user with a connect token,
 * likewise; or, on an app's hostname, the app's backend, which needs no key where the app is public.
 */
export type RouteCaller = 'member' | 'end user' | 'app';

/** What a request asks for: the id in its path, its query, and its body under the operation's names. */
export type RouteInput<Query> = { id: string; query: Query; body: Record<string, unknown> };

/** A row of the route table: a path, the operation that it runs, and what is renamed on the way. */
export type Route = {
  method: 'get' | 'post' | 'put' | 'delete';
  /** As OpenAPI writes it: `/v1/connections/{connection_id}`. */
  path: string;
  summary: string;
  description: string;
  caller: RouteCaller;
  // biome-ignore lint/suspicious/noExplicitAny: the table holds operations of all types; route() checks each
  operation: Operation<any, any>;
  /** OpenAPI's name of the route: the operation's, unless two routes share one. */
  operationId: string;
  /** Fails for a caller who asks too often, before their input is looked at. */
  admit: ((context: RequestContext) => void) | undefined;
  /** Reads the query's text. */
  query: z.ZodObject | undefined;
  /**
   * The fields of the JSON body; undefined for a route that reads none. The operation checks them: its input
   * has the same names in camel case.
   */
  body: readonly string[] | undefined;
  /** What REST requires of a body's fields besides. */
  bodyChecks: Readonly<Record<string, z.ZodType>>;
  /** Whether a request without a body counts as one with `{}`. */
  isBodyOptional: boolean;
  /** The status of a success. */
  status: 200 | 201;
  /** A body to copy. */
  example: object | undefined;
  /** The JSON of a success. */
  answer: z.ZodType;
  /** Statuses of failures that this route has besides those that every route has. */
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

/** Declares a route for members; its types are checked here and then forgotten. */
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
    ...options,
  };
}

/** Returns the schema of a route's body, made of its operation's input. */
export function bodySchema({ operation, body = [], bodyChecks, isBodyOptional }: Route): z.ZodType {
  const { shape } = operation.input as z.ZodObject; // every operation's input is an object
  const fields = body.map((name) => {
    const schema = bodyChecks[name] ?? shape[inCamelCase(name)];
    if (schema === undefined) throw new Error(`${operation.name} has no input for "${name}".`);
    return [name, schema] as const;
  });
  const schema = z.strictObject(Object.fromEntries(fields));
  return isBodyOptional ? schema.optional() : schema;
}
