import { Hono, type Context as HonoContext } from 'hono';
import { cors } from 'hono/cors';
import { authenticate } from '../access/authenticate.ts';
import type { RequestFacts } from '../access/request-context.ts';
import { requireMember } from '../access/roles.ts';
import type { Deps } from '../deps.ts';
import { AppError, errorKinds, NotFoundError } from '../errors.ts';
import { findBug, toAppError } from '../graphql/masking.ts';
import { connectionRoutes } from './connections.routes.ts';
import type { Execute } from './execute.ts';
import { failureJson, internalFailureJson } from './failure.ts';
import { readInput } from './input.ts';
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
  let document: object | undefined;
  app.get('/v1/openapi.json', (c) => {
    document ??= openApiDocument(deps.config.publicUrl, routes);
    return c.json(document);
  });
  refuseOtherMethods(app);
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

/* A known path answers other methods with 405, and OPTIONS with what it takes. */
function refuseOtherMethods(app: Hono<RestEnv>): void {
  const methods = new Map<string, Set<string>>([['/v1/openapi.json', new Set(['GET', 'HEAD'])]]);
  for (const route of routes) {
    const known = methods.get(honoPath(route)) ?? new Set();
    methods.set(honoPath(route), known.add(route.method.toUpperCase()));
    if (route.method === 'get') known.add('HEAD');
  }
  for (const [path, known] of methods) {
    const allow = [...known, 'OPTIONS'].join(', ');
    app.options(path, (c) => c.body(null, 204, { Allow: allow }));
    app.all(path, (c) => {
      const error = new AppError('method_not_allowed', `This path takes ${allow}.`);
      return c.json(failureJson(error), 405, { Allow: allow });
    });
  }
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
