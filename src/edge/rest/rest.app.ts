import { Hono, type Context as HonoContext } from 'hono';
import { authenticate } from '../../core/access/authenticate.ts';
import type { HostApp } from '../../core/access/request-context.ts';
import type { Viewer } from '../../core/access/viewer.ts';
import type { Deps } from '../../core/deps/deps.ts';
import { AppVisibility } from '../../platform/db/generated/enums.ts';
import {
  type AppError,
  errorKinds,
  NotFoundError,
  TooManyRequestsError,
  UnauthenticatedError,
} from '../../platform/errors.ts';
import { createCallbackApp } from '../connect-page/callback.app.tsx';
import type { RestEnv } from '../http/env.ts';
import { failureJson, internalFailureJson } from '../http/failure.ts';
import { findBug, toAppError } from '../http/masking.ts';
import { refuseOtherMethods } from '../http/methods.ts';
import { appRoutes } from './app.routes.ts';
import { connectRoutes } from './connect.routes.ts';
import { connectionRoutes } from './connections.routes.ts';
import { createDocsApp } from './docs.app.tsx';
import type { Execute } from './execute.ts';
import { readInput } from './input.ts';
import { createKeysApp } from './keys.app.ts';
import { createPipedreamApp } from './pipedream.app.ts';
import type { Route } from './route.ts';

/** Every route of `/v1` that runs an operation. */
export const routes: readonly Route[] = [...connectionRoutes, ...connectRoutes, ...appRoutes];

/** What each kind of host serves. */
export type RestApp = { management: Hono<RestEnv>; appHost: Hono<RestEnv> };

/** The `/v1` API: each path is one operation of the schema, in other words. */
export function createRestApp(deps: Deps, execute: Execute): RestApp {
  const management = createHost(deps);
  serveRoutes(management, deps, execute, ({ caller }) => caller !== 'app');
  management.route('/', createCallbackApp(deps));
  management.route('/', createPipedreamApp(deps));
  management.route('/', createDocsApp(deps, routes));
  management.route('/', createKeysApp(deps));
  const appHost = createHost(deps);
  serveRoutes(appHost, deps, execute, ({ caller }) => caller === 'app');
  return { management, appHost };
}

function createHost(deps: Deps): Hono<RestEnv> {
  const host = new Hono<RestEnv>();
  host.notFound((c) => c.json(failureJson(new NotFoundError('path')), 404));
  host.onError((error, c) => answerFailure(deps, error, c));
  return host;
}

function serveRoutes(
  host: Hono<RestEnv>,
  deps: Deps,
  execute: Execute,
  isServed: (route: Route) => boolean,
): void {
  const served = routes.filter(isServed).map((route) => ({
    route,
    path: route.path.replace(/\{(\w+)\}/g, ':$1'),
    method: route.method.toUpperCase(),
  }));
  for (const { route, path, method } of served) host.on(method, path, answer(deps, execute, route));
  refuseOtherMethods(host, served);
}

function answer(deps: Deps, execute: Execute, route: Route) {
  return async (c: HonoContext<RestEnv>) => {
    const { facts, app } = c.env;
    const viewer = await authenticate(deps, c.req.header('authorization'));
    if (!isFor(route, viewer, app)) throw new UnauthenticatedError();
    const context = { deps, viewer, request: facts, app };
    const input = await readInput(route, c.req, context);
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
  return c.json(failureJson(known), errorKinds[known.kind].status, headersOf(known));
}

function headersOf(error: AppError): Record<string, string> {
  if (error.kind === 'unauthenticated') return { 'WWW-Authenticate': 'Bearer' };
  if (error instanceof TooManyRequestsError) return { 'Retry-After': String(error.retryAfter) };
  return {};
}

function logBug({ log }: Deps, requestId: string, error: unknown): void {
  const bug = findBug(error);
  if (bug !== undefined) log.error({ err: bug, requestId }, 'a REST request failed');
}

/** Whether a credential, or none, is of a kind that a route takes. */
function isFor({ caller }: Route, { kind }: Viewer, app: HostApp | null): boolean {
  if (kind === 'anonymous') return caller === 'app' && app?.visibility === AppVisibility.public;
  return (kind === 'connect_token') === (caller === 'end user');
}
