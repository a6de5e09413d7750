import { Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Deps } from '../../core/deps/deps.ts';
import { PayloadTooLargeError, UnsupportedMediaTypeError } from '../../platform/errors.ts';
import { readCounted, requireReadable } from '../http/body.ts';
import type { RestEnv } from '../http/env.ts';
import { failureJson } from '../http/failure.ts';
import { refuseOtherMethods } from '../http/methods.ts';
import type { C } from './answer.ts';
import { askToDisconnect, disconnect } from './disconnect.tsx';
import { donePath, showDone } from './done.tsx';
import { doorPath, exchange, showDoor } from './door.tsx';
import { answerFailure, fail } from './failure.tsx';
import { authorize, submit } from './fulfil.tsx';
import { handOff, handoffPath, showHandoff } from './handoff.tsx';
import { assets } from './layout.tsx';
import { confirm, showPage, showStatus } from './show.ts';
import { inSession, inSessionAsJson } from './visit.ts';

const page = '/connect/:session_id';
const ofRequirement = `${page}/requirements/:requirement_id`;

const taken = [
  { method: 'GET', path: doorPath },
  { method: 'POST', path: doorPath },
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

/** Where end users bring their accounts, with or without scripts. A session's cookie counts here only. */
export function createConnectPage(deps: Deps): Hono<RestEnv> {
  const app = new Hono<RestEnv>();
  const within = inSession(deps);
  app.onError((error, c) => answerFailure(deps, error, c));
  for (const { path, content, type } of Object.values(assets)) app.get(path, asset(content, type));
  const maxSize = deps.config.limits.bodyBytes;
  app.post('/connect/*', requireReadableForm);
  app.post('/connect/*', readChunks(maxSize));
  app.post('/connect/*', bodyLimit({ maxSize, onError: (c) => fail(c, 'tooLarge', 413) }));
  app.get(doorPath, (c) => showDoor(deps, c));
  app.post(doorPath, (c) => exchange(deps, c));
  app.get(donePath, showDone);
  app.get(handoffPath, showHandoff);
  app.post(handoffPath, (c) => handOff(deps, c));
  app.get(`${page}/status`, inSessionAsJson(deps)(showStatus));
  app.get(page, within(showPage, { asks: true }));
  app.post(`${page}/confirm`, within(confirm, { asks: true }));
  app.post(`${ofRequirement}/credentials`, within(submit));
  app.post(`${ofRequirement}/authorize`, within(authorize));
  app.get(`${ofRequirement}/disconnect`, within(askToDisconnect));
  app.post(`${ofRequirement}/disconnect`, within(disconnect));
  refuseOtherMethods(app, taken);
  return app;
}

/* What a browser sends is read; anything else that cannot be is a program's. */
const requireReadableForm: MiddlewareHandler<RestEnv> = (c, next) => {
  try {
    requireReadable(c.req.raw.headers);
  } catch (error) {
    if (!(error instanceof UnsupportedMediaTypeError)) throw error;
    return Promise.resolve(c.json(failureJson(error), 415));
  }
  return next();
};

/* No browser sends a form in chunks; what does is held to the limits of other bodies. */
function readChunks(limit: number): MiddlewareHandler<RestEnv> {
  return async (c, next) => {
    if (c.req.header('transfer-encoding') === undefined) return next();
    try {
      const body = await readCounted(c.req.raw, limit);
      c.req.raw = new Request(c.req.raw, { body });
    } catch (error) {
      if (error instanceof PayloadTooLargeError) return fail(c, 'tooLarge', 413);
      throw error;
    }
    return next();
  };
}

function asset(content: string, type: string) {
  const headers = { 'Content-Type': type, 'Cache-Control': 'public, max-age=31536000, immutable' };
  return (c: C) => c.body(content, 200, headers);
}
