import { Hono, type Context as HonoContext } from 'hono';
import { cors } from 'hono/cors';
import { authenticate } from '../access/authenticate.ts';
import type { RequestFacts } from '../access/request-context.ts';
import { requireMember } from '../access/roles.ts';
import type { Deps } from '../deps.ts';
import { errorKinds, NotFoundError } from '../errors.ts';
import { findBug, toAppError } from '../graphql/masking.ts';
import { createCallbackApp } from './callback.app.tsx';
import { connectionRoutes } from './connections.routes.ts';
import type { Execute } from './execute.ts';
import { failureJson, internalFailureJson } from './failure.ts';
import { readInput } from './input.ts';
import { refuseOtherMethods } from './methods.ts';
import { openApiDocument } from './openapi.ts';
import type { Route } from './route.ts';

/** What the server knows of a request before REST does. */
export type RestEnv = { Bindings: { facts: RequestFacts } };

/** Every route of `/v1` that runs an operation. */
export const routes: readonly Route[] = [...connectionRoutes];

/** The `/v1` API: each path is one operation of the schema, in other words. */
export function createRestApp(deps: Deps, execute: Execute): Hono<RestEnv> {
  const app = new Hono<RestEnv>();
  const { corsOrigins } = deps.config;
  if (corsOrigins.length > 0) app.use('/v1/*', cors({ origin: [...corsOrigins] }));
  for (const route of routes) {
    app.on(route.method.toUpperCase(), honoPath(route), answer(deps, execute, route));
  }
  app.route('/', createCallbackApp(deps));
  let document: object | undefined;
  app.get('/v1/openapi.json', async (c) => {
    await authenticate(deps, c.req.header('authorization')); // none is needed, a bad one is refused
    document ??= openApiDocument(deps.config.publicUrl, routes);
    return c.json(document);
  });
  const documented = routes.map((route) => ({
    path: honoPath(route),
    method: route.method.toUpperCase(),
  }));
  refuseOtherMethods(app, [...documented, { path: '/v1/openapi.json', method: 'GET' }]);
  app.notFound((c) => c.json(failureJson(new NotFoundError('path')), 404));
  app.onError((error, c) => answerFailure(deps, error, c));
  return app;
}

function answer(deps: Deps, execute: Execute, route: Route) {
  return async (c: HonoContext<RestEnv>) => {
    const { facts } = c.env;
    const viewer = await authenticate(deps, c.req.header('authorization'));
    requireMember(viewer);
    const input = await readInput(route, c.req, deps.config.limits.bodyBytes);
    const context = { deps, viewer, request: facts };
    const { outcome, errors } = await execute(route, input, context);
    const answered = route.toAnswer(outcome, errors, input as never) as object;
    for (const error of errors) logBug(deps, facts.id, error); // of what is told as missing
    return c.json(answered, route.status);
  };
}

function answerFailure(deps: Deps, error: Error, c: HonoContext<RestEnv>) {
  const { id } = c.env.facts;
  logBug(deps, id, error);
  const known = toAppError(error);
  if (known === undefined) return c.json(internalFailureJson(id), 500);
  const headers = known.kind === 'unauthenticated' ? { 'WWW-Authenticate': 'Bearer' } : {};
  return c.json(failureJson(known), errorKinds[known.kind].status, headers);
}

function logBug({ log }: Deps, requestId: string, error: unknown): void {
  const bug = findBug(error);
  if (bug !== undefined) log.error({ err: bug, requestId }, 'a REST request failed');
}

function honoPath({ path }: Route): string {
  return path.replace(/\{(\w+)\}/g, ':$1');
}
