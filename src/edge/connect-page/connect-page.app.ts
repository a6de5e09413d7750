import { Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Deps } from '../../core/deps/deps.ts';
import {
  PayloadTooLargeError,
  UnauthenticatedError,
  UnsupportedMediaTypeError,
} from '../../platform/errors.ts';
import { readCounted, requireReadable } from '../http/body.ts';
import type { RestEnv } from '../http/env.ts';
import { failureJson } from '../http/failure.ts';
import { refuseOtherMethods } from '../http/methods.ts';
import { handleError, type PageResponse, showFailure } from './failure.tsx';
import { assets } from './layout.tsx';
import { exchange, linkPath, showLink } from './open-link.tsx';
import { donePath, handOff, handoffPath, showDone, showHandoff } from './own-window.tsx';
import type { PageContext } from './page-request.ts';
import { askToDisconnect, authorize, disconnect, submit } from './requirement-actions.tsx';
import { isCsrfToken } from './session-cookie.ts';
import { confirm, drawPage, showPage, showStatus } from './show-page.tsx';
import { openVisit, type Visit } from './visit.ts';

const page = '/connect/:session_id';
const ofRequirement = `${page}/requirements/:requirement_id`;

/** The methods of each path; any other method is 405. */
const pageRoutes = [
  { method: 'GET', path: linkPath },
  { method: 'POST', path: linkPath },
  { method: 'GET', path: donePath },
  { method: 'GET', path: handoffPath },
  { method: 'POST', path: handoffPath },
  { method: 'GET', path: page },
  { method: 'GET', path: `${page}/status` },
  { method: 'POST', path: `${page}/confirm` },
  { method: 'POST', path: `${ofRequirement}/credentials` },
  { method: 'POST', path: `${ofRequirement}/authorize` },
  { method: 'GET', path: `${ofRequirement}/disconnect` },
  { method: 'POST', path: `${ofRequirement}/disconnect` },
];

/**
 * Serves the pages where end users connect their accounts. They work with and without script. No other route
 * accepts the cookie of a session.
 */
export function createConnectPage(deps: Deps): Hono<RestEnv> {
  const app = new Hono<RestEnv>();
  const inSession = withSession(deps);
  app.onError((error, c) => handleError(deps, error, c));
  for (const { path, content, type } of Object.values(assets))
    app.get(path, serveAsset(content, type));
  const maxSize = deps.config.limits.bodyBytes;
  app.post('/connect/*', requireReadableForm);
  app.post('/connect/*', readChunks(maxSize));
  app.post('/connect/*', bodyLimit({ maxSize, onError: (c) => showFailure(c, 'tooLarge', 413) }));
  app.get(linkPath, (c) => showLink(deps, c));
  app.post(linkPath, (c) => exchange(deps, c));
  app.get(donePath, showDone);
  app.get(handoffPath, showHandoff);
  app.post(handoffPath, (c) => handOff(deps, c));
  app.get(`${page}/status`, statusRoute(deps));
  app.get(page, inSession(showPage, { beforeConfirm: true }));
  app.post(`${page}/confirm`, inSession(confirm, { beforeConfirm: true }));
  app.post(`${ofRequirement}/credentials`, inSession(submit));
  app.post(`${ofRequirement}/authorize`, inSession(authorize));
  app.get(`${ofRequirement}/disconnect`, inSession(askToDisconnect));
  app.post(`${ofRequirement}/disconnect`, inSession(disconnect));
  refuseOtherMethods(app, pageRoutes);
  return app;
}

/**
 * Runs a handler for a request that has a session. A POST must carry the CSRF token of the session.
 *
 * @param options `beforeConfirm` also runs the handler if the person has not yet confirmed to be this user.
 */
function withSession(deps: Deps) {
  return (handler: (visit: Visit) => PageResponse, { beforeConfirm = false } = {}) =>
    async (c: PageContext): Promise<Response> => {
      const visit = await openVisit(deps, c);
      if (visit === undefined) return showFailure(c, 'ended', 401);
      const { session, props, body } = visit;
      if (c.req.method === 'POST' && !isCsrfToken(session, body.csrf)) {
        return drawPage(visit, { complaint: props.words.staleForm }, 403);
      }
      if (!session.isConfirmed && !beforeConfirm) return c.redirect(props.base, 303);
      return handler(visit);
    };
}

/** Returns the status for the page's script: always as JSON, never a page. */
function statusRoute(deps: Deps) {
  return async (c: PageContext): Promise<Response> => {
    const visit = await openVisit(deps, c);
    if (visit?.session.isConfirmed) return showStatus(visit);
    return c.json(failureJson(new UnauthenticatedError()), 401);
  };
}

/*
 * Refuses bodies that are no form. Browsers send only forms. Another media type comes from a program, so the
 * error is JSON.
 */
const requireReadableForm: MiddlewareHandler<RestEnv> = (c, next) => {
  try {
    requireReadable(c.req.raw.headers);
  } catch (error) {
    if (!(error instanceof UnsupportedMediaTypeError)) throw error;
    return Promise.resolve(c.json(failureJson(error), 415));
  }
  return next();
};

/*
 * Limits a body that is sent in chunks, whose length is unknown. No browser sends a form in this way. For
 * other clients the bytes are counted, as on other routes.
 */
function readChunks(limit: number): MiddlewareHandler<RestEnv> {
  return async (c, next) => {
    if (c.req.header('transfer-encoding') === undefined) return next();
    try {
      const body = await readCounted(c.req.raw, limit);
      c.req.raw = new Request(c.req.raw, { body });
    } catch (error) {
      if (error instanceof PayloadTooLargeError) return showFailure(c, 'tooLarge', 413);
      throw error;
    }
    return next();
  };
}

function serveAsset(content: string, type: string) {
  const headers = { 'Content-Type': type, 'Cache-Control': 'public, max-age=31536000, immutable' };
  return (c: PageContext) => c.body(content, 200, headers);
}
