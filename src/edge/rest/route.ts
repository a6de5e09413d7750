import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { DocumentNode, GraphQLError } from 'graphql';
import type { z } from 'zod';
import type { RequestContext } from '../../core/access/request-context.ts';

/**
 * Who a route is for: a member with a key, on the management host; an end user with a connect token,
 * likewise; or, on an app's hostname, the app's backend, which needs no key where the app is public.
 */
export type Caller = 'member' | 'end user' | 'app';

/** A row of the route table: a path, the operation that it runs, and what is renamed on the way. */
export type Route = {
  method: 'get' | 'post' | 'put' | 'delete';
  /** In the words of OpenAPI: `/v1/connections/{connection_id}`. */
  path: string;
  summary: string;
  description: string;
  caller: Caller;
  document: DocumentNode;
  /** Refuses whoever asks too often, before what they ask is looked at. */
  admit: ((context: RequestContext) => void) | undefined;
  query: z.ZodObject | undefined;
  body: z.ZodType | undefined;
  /** Of a success. */
  status: 200 | 201;
  /** A body to copy. */
  example: object | undefined;
  /** What a success answers. */
  answer: z.ZodType;
  /** Statuses of failures that only this route has, beside those that all have. */
  failures: readonly (404 | 409 | 429 | 502)[];
  toVariables: (input: RouteInput<never, never>) => Record<string, unknown>;
  toAnswer: (outcome: never, errors: readonly GraphQLError[], input: never) => unknown;
};

export type RouteInput<Query, Body> = { id: string; query: Query; body: Body };

type RouteOptions<Data, Variables, Query extends z.ZodObject, Body extends z.ZodType> = Pick<
  Route,
  'method' | 'path' | 'summary' | 'description' | 'answer'
> & {
  document: TypedDocumentNode<{ outcome: Data }, Variables>;
  /** A member when left out. */
  caller?: Caller;
  admit?: Route['admit'];
  query?: Query;
  body?: Body;
  example?: object;
  status?: 201;
  failures?: Route['failures'];
  toVariables: (input: RouteInput<z.output<Query>, z.output<Body>>) => NoInfer<Variables>;
  toAnswer: (
    outcome: Data,
    errors: readonly GraphQLError[],
    input: RouteInput<z.output<Query>, z.output<Body>>,
  ) => unknown;
};

/** Declares a route; the types of its operation, query and body are checked here and then forgotten. */
export function route<
  Data,
  Variables extends Record<string, unknown>,
  Query extends z.ZodObject,
  Body extends z.ZodType,
>(options: RouteOptions<Data, Variables, Query, Body>): Route {
  const { caller = 'member', admit, query, body, example, status = 200, failures = [] } = options;
  return { ...options, caller, admit, query, body, example, status, failures };
}

/** For an answer of which nothing may be missing. */
export function requireNoErrors([error]: readonly GraphQLError[]): void {
  if (error !== undefined) throw error;
}
