import { Hono, type Context as HonoContext } from 'hono';
import { authenticate } from '../../core/access/authenticate.ts';
import type { HostApp } from '../../core/access/request-context.ts';
import type { Viewer } from '../../core/access/viewer.ts';
import type { Deps } from '../../core/deps/deps.ts';
import { perform } from '../../core/operations/perform.ts';
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
import { logBug, toAppError } from '../http/masking.ts';
import { refuseOtherMethods } from '../http/methods.ts';
import { appRoutes } from './app.routes.ts';
import { connectRoutes } from './connect.routes.ts';
import { connectionTypeRoutes } from './connection-types.routes.ts';
import { connectionRoutes } from './connections.routes.ts';
import { createDocsApp } from './docs.app.tsx';
import { errorInRestNames } from './field-names.ts';
import { readAsked } from './input.ts';
import { createKeysApp } from './keys.app.ts';
import { createLogosApp } from './logos.app.ts';
import { createPipedreamApp } from './pipedream.app.ts';
import type { Route } from './route.ts';
import { createTypeSchemaApp } from './type-schema.app.ts';

/** Every route of `/v1` that runs an operation. */
export const restRoutes: readonly Route[] = [
  ...connectionRoutes,
  ...connectionTypeRoutes,
  ...connectRoutes,
  ...appRoutes,
];

/** The routes of each kind of host. */
type RestApp = { management: Hono<RestEnv>; appHost: Hono<RestEnv> };

/** Creates the `/v1` API. Each path performs one operation, which GraphQL has too. */
export function createRestApp(deps: Deps): RestApp {
  const management = createHost(deps);
  serveRoutes(management, deps, ({ caller }) => caller !== 'app');
  management.route('/', createCallbackApp(deps));
  management.route('/', createPipedreamApp(deps));
  management.route('/', createDocsApp(deps, restRoutes));
  management.route('/', createKeysApp(deps));
  management.route('/', createLogosApp(deps));
  management.route('/', createTypeSchemaApp(deps));
  const appHost = createHost(deps);
  serveRoutes(appHost, deps, ({ caller }) => caller === 'app');
  return { management, appHost };
}

function createHost(deps: Deps): Hono<RestEnv> {
  const host = new Hono<RestEnv>();
  host.notFound((c) => c.json(failureJson(new NotFoundError('path')), 404));
  host.onError((error, c) => answerFailure(deps, error, c));
  return host;
}

function serveRoutes(host: Hono<RestEnv>, deps: Deps, isServed: (route: Route) => boolean): void {
  const served = restRoutes.filter(isServed).map((route) => ({
    route,
    path: route.path.replace(/\{(\w+)\}/g, ':$1'),
    method: route.method.toUpperCase(),
  }));
  for (const { route, path, method } of served) host.on(method, path, handleRoute(deps, route));
  refuseOtherMethods(host, served);
}

function handleRoute(deps: Deps, route: Route) {
  return async (c: HonoContext<RestEnv>) => {
    const { facts, app } = c.env;
    const viewer = await authenticate(deps, c.req.header('authorization'));
    if (!isFor(route, viewer, app)) throw new UnauthenticatedError();
    const context = { deps, viewer, request: facts, app };
    const asked = await readAsked(route, c.req, context);
    const output = await perform(route.operation, context, route.toInput(asked)).catch((error) => {
      throw errorInRestNames(error, route.wholeBody);
    });
    const json = await route.toJson(output as never, context, asked.query); // route() knows the type
    return c.json(json, route.status);
  };
}

function answerFailure(deps: Deps, error: Error, c: HonoContext<RestEnv>) {
  const { facts } = c.env;
  logBug({ deps, request: facts }, error);
  const known = toAppError(error);
  if (known === undefined) return c.json(internalFailureJson(facts.id), 500);
  return c.json(failureJson(known), errorKinds[known.kind].status, errorHeaders(known));
}

/** Returns the headers that a failure has besides its envelope. */
export function errorHeaders(error: AppError): Record<string, string> {
  if (error.kind === 'unauthenticated') return { 'WWW-Authenticate': 'Bearer' };
  if (error instanceof TooManyRequestsError) return { 'Retry-After': String(error.retryAfter) };
  return {};
}

/** Whether a route accepts this kind of credential, or no credential. */
function isFor({ caller }: Route, { kind }: Viewer, app: HostApp | null): boolean {
  if (kind === 'anonymous') return caller === 'app' && app?.visibility === AppVisibility.public;
  return (kind === 'connect_token') === (caller === 'end user');
}
