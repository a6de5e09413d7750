import { createHash } from 'node:crypto';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Child } from 'hono/jsx';
import type { Deps } from '../../core/deps/deps.ts';
import { linkConsent } from '../../features/end-users/link-consent.ts';
import {
  type ConsentOutcome,
  completeConsent,
  spell,
} from '../../oauth/consent/callback.service.ts';
import { undoConsent } from '../../oauth/consent/undo-consent.service.ts';
import { PayloadTooLargeError } from '../../platform/errors.ts';
import { requireReadable } from '../http/body.ts';
import type { RestEnv } from '../http/env.ts';
import { refuseOtherMethods } from '../http/methods.ts';
import { plainStyle } from './generated/client.ts';
import { storeNotice } from './notice.service.ts';
import { type PageContext, readForm } from './page-request.ts';
import { presentedDigests } from './session-cookie.ts';

const undoPath = '/v1/oauth2/undo';
/** Maximum size of the form with a handle, in bytes. */
const undoBytes = 4_096;
const paths = ['/v1/oauth2/callback', '/v1/oauth2/callback/:connection_id'];

/**
 * Serves the pages at the end of a consent, to which providers send browsers back (RFC 6749, section
 * 4.1.2). The only credential is the state.
 */
export function createCallbackApp(deps: Deps): Hono<RestEnv> {
  const app = new Hono<RestEnv>();
  for (const path of paths) app.get(path, (c) => finishConsent(deps, c));
  app.post(undoPath, bodyLimit({ maxSize: undoBytes, onError: tooLarge }), (c) => undo(deps, c));
  refuseOtherMethods(app, [
    ...paths.map((path) => ({ path, method: 'GET' })),
    { path: undoPath, method: 'POST' },
  ]);
  return app;
}

async function finishConsent(deps: Deps, c: PageContext) {
  if (c.req.method === 'HEAD') return c.body(null); // a preview must not use the state
  const { pathname, searchParams } = new URL(c.req.url);
  const browserDigests = presentedDigests(deps.config.publicUrl, c.req.header('cookie'));
  const back = { path: pathname, parameters: searchParams, browserDigests };
  const outcome = await completeConsent(deps, c.env.facts, back, linkConsent);
  await tellSession(deps, outcome);
  if (outcome.returnUrl !== null) return c.redirect(returnAddress(outcome.returnUrl, outcome), 303);
  c.header('Content-Security-Policy', policy);
  const status = outcome.problem === undefined ? 200 : 400;
  return c.html(<ConsentPage {...outcome} />, status);
}

/** Stores why a consent failed, for the connect page that waits for it in this or another window. */
async function tellSession(deps: Deps, { problem, failedFor }: ConsentOutcome): Promise<void> {
  if (problem === undefined || failedFor === undefined) return;
  const { initiator, requirementId } = failedFor;
  const jti = initiator.replace(/^connect_token:/, '');
  const { code, missingScopes: scopes, said } = problem;
  const notice = { requirementId, code, said, ...(scopes && { scopes: [...scopes] }) };
  await storeNotice(deps, { jti }, notice);
}

function tooLarge(): never {
  throw new PayloadTooLargeError(undoBytes);
}

async function undo(deps: Deps, c: PageContext) {
  requireReadable(c.req.raw.headers);
  const { handle } = await readForm(c);
  const name =
    typeof handle === 'string' ? await undoConsent(deps, c.env.facts, handle) : undefined;
  c.header('Content-Security-Policy', policy);
  return c.html(<UndonePage name={name} />, name === undefined ? 400 : 200);
}

/* The page loads nothing, runs nothing, and no site can show it in a frame. */
const plainStyleDigest = createHash('sha256').update(plainStyle).digest('base64');
const policy = `default-src 'none'; style-src 'sha256-${plainStyleDigest}'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'`;

function ConsentPage({ connection, broughtBy, problem, undo }: ConsentOutcome) {
  if (problem === undefined) {
    return (
      <PlainPage title="Connected">
        <p>
          The connection <strong>{connection}</strong> is active. You can close this window.
        </p>
        <ForUser broughtBy={broughtBy} />
        <p>
          Did somebody you do not trust send you here, or did somebody else give the consent? Then
          take the access back:
        </p>
        <form method="post" action={undoPath}>
          <input type="hidden" name="handle" value={undo} />
          <button type="submit">This was not me: disconnect</button>
        </form>
      </PlainPage>
    );
  }
  return (
    <PlainPage title={problem.code === 'invalid_state' ? 'Nothing to do here' : 'Not connected'}>
      {connection && (
        <p>
          Connection: <strong>{connection}</strong>
        </p>
      )}
      <ForUser broughtBy={broughtBy} />
      <p>{spell(problem)}</p>
    </PlainPage>
  );
}

function ForUser({ broughtBy }: Pick<ConsentOutcome, 'broughtBy'>) {
  if (broughtBy === null) return null;
  return (
    <p>
      For the user <strong>{broughtBy.userId}</strong> of <strong>{broughtBy.app}</strong>.
    </p>
  );
}

function UndonePage({ name }: { name: string | undefined }) {
  if (name === undefined) {
    return (
      <PlainPage title="Nothing was changed">
        <p>This page was already used, or is older than an hour.</p>
      </PlainPage>
    );
  }
  return (
    <PlainPage title="Disconnected">
      <p>
        The connection <strong>{name}</strong> no longer has access.
      </p>
    </PlainPage>
  );
}

/** A page with a short text. It needs no files, so its policy can forbid all of them. */
function PlainPage({ title, children }: { title: string; children: Child }) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>{title}</title>
        <style dangerouslySetInnerHTML={{ __html: plainStyle }} />
      </head>
      <body>
        <main>
          <h1>{title}</h1>
          {children}
        </main>
      </body>
    </html>
  );
}

/** Returns the address of the app's own page, with the outcome in its query. */
function returnAddress(returnUrl: string, { problem }: ConsentOutcome): string {
  const url = new URL(returnUrl);
  url.searchParams.set('status', problem === undefined ? 'success' : 'error');
  if (problem !== undefined) url.searchParams.set('error', problem.code);
  if (problem?.missingScopes) {
    url.searchParams.set('missing_scopes', problem.missingScopes.join(' '));
  }
  return url.href;
}
