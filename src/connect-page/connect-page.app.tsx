import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { getCookie, setCookie } from 'hono/cookie';
import type { RequestContext } from '../access/request-context.ts';
import type { Deps } from '../deps.ts';
import { authorizeRequirement } from '../end-users/authorize-requirement.service.ts';
import { disconnectRequirement } from '../end-users/disconnect-requirement.service.ts';
import { submitCredentials } from '../end-users/submit-credentials.service.ts';
import { ConflictError, InvalidInputError, NotFoundError, UpstreamError } from '../errors.ts';
import { findBug, toAppError } from '../graphql/masking.ts';
import { refuseOtherMethods } from '../rest/methods.ts';
import type { RestEnv } from '../rest/rest.app.ts';
import { readTyped, toConfig } from './form-config.ts';
import { chooseLanguage, wordsOf } from './language.ts';
import { assets, policyFor } from './layout.tsx';
import { loadPage, type PageContent, type PageRequirement } from './load-page.ts';
import {
  ConnectPage,
  DisconnectPage,
  type Failure,
  FailurePage,
  LeavingPage,
  type Notice,
  SwitchPage,
} from './pages.tsx';
import type { Refused } from './requirement.tsx';
import { confirmSession, exchangeToken, openSession, type Session } from './session.service.ts';
import { cookieName, csrfToken, isCsrfToken, presentedDigests } from './session-cookie.ts';
import type { Words } from './words.ts';

const page = '/connect/:session_id';
const ofRequirement = `${page}/requirements/:requirement_id`;

const taken = [
  { method: 'GET', path: '/connect' },
  { method: 'GET', path: page },
  { method: 'POST', path: `${page}/confirm` },
  { method: 'POST', path: `${ofRequirement}/credentials` },
  { method: 'POST', path: `${ofRequirement}/authorize` },
  { method: 'GET', path: `${ofRequirement}/disconnect` },
  { method: 'POST', path: `${ofRequirement}/disconnect` },
];

/** How often a page looks again by itself. */
const mostLooks = 40;

/** Where end users bring their accounts, without a script. A session's cookie counts here only. */
export function createConnectPage(deps: Deps): Hono<RestEnv> {
  const app = new Hono<RestEnv>();
  const within = inSession(deps);
  app.onError((error, c) => answerFailure(deps, error, c));
  for (const { path, content, type } of Object.values(assets)) app.get(path, asset(content, type));
  app.post('/connect/*', bodyLimit({ maxSize: deps.config.limits.bodyBytes }));
  app.get('/connect', (c) => exchange(deps, c));
  app.get(page, within(showPage, { asks: true }));
  app.post(`${page}/confirm`, within(confirm, { asks: true }));
  app.post(`${ofRequirement}/credentials`, within(submit));
  app.post(`${ofRequirement}/authorize`, within(authorize));
  app.get(`${ofRequirement}/disconnect`, within(askToDisconnect));
  app.post(`${ofRequirement}/disconnect`, within(disconnect));
  refuseOtherMethods(app, taken);
  return app;
}

type C = Context<RestEnv>;

function asset(content: string, type: string) {
  const headers = { 'Content-Type': type, 'Cache-Control': 'public, max-age=31536000, immutable' };
  return (c: C) => c.body(content, 200, headers);
}

async function exchange(deps: Deps, c: C) {
  if (c.req.method === 'HEAD') return c.body(null); // a look ahead uses no token up
  const token = c.req.query('token');
  if (!token) return fail(c, 'refused', 401);
  const digests = presentedDigests(c.req.header('cookie'));
  const exchanged = await exchangeToken(deps, token, digests);
  if (exchanged.kind === 'refused' || exchanged.kind === 'taken') {
    return fail(c, exchanged.kind, 401);
  }
  if (exchanged.kind === 'new') {
    const { publicUrl } = deps.config;
    const secure = publicUrl.startsWith('https:');
    // Strict would not come back from a provider; a frame of another site takes its own.
    const isFramed = secure && c.req.header('sec-fetch-dest') === 'iframe';
    setCookie(c, cookieName(publicUrl, exchanged.id), exchanged.secret, {
      ...{ path: '/', httpOnly: true, secure, maxAge: exchanged.seconds },
      ...(isFramed ? { sameSite: 'None', partitioned: true } : { sameSite: 'Lax' }),
    });
  }
  return c.redirect(`/connect/${exchanged.id}`, 303);
}

/** A request of a browser whose session lives. */
type Visit = {
  deps: Deps;
  c: C;
  session: Session;
  context: RequestContext;
  content: PageContent;
  words: Words;
  /** What every page of it is drawn with. */
  drawing: ReturnType<typeof drawingOf>;
  /** The form that was sent. */
  body: Record<string, unknown>;
};

type Answer = Response | Promise<Response>;

/** Runs what needs a session; what changes anything needs the session's form as well. */
function inSession(deps: Deps) {
  return (answer: (visit: Visit) => Answer, { asks = false } = {}) =>
    async (c: C): Promise<Response> => {
      const id = c.req.param('session_id') ?? '';
      const secret = getCookie(c, cookieName(deps.config.publicUrl, id));
      const session = await openSession(deps, id, secret);
      if (session === undefined) return fail(c, 'ended', 401);
      const { viewer } = session;
      const context = { deps, viewer, request: c.env.facts, app: null };
      const content = await loadPage(deps, viewer);
      const drawing = drawingOf(c, session, content);
      const body = c.req.method === 'POST' ? await c.req.parseBody() : {};
      const visit = { deps, c, session, context, content, words: drawing.words, drawing, body };
      if (c.req.method === 'POST' && !isCsrfToken(session, body.csrf)) {
        return draw(visit, { notice: bad(visit.words.problems.form) }, 403);
      }
      if (!session.isConfirmed && !asks) return c.redirect(drawing.base, 303);
      return answer(visit);
    };
}

function drawingOf(c: C, session: Session, { app }: PageContent) {
  const language = chooseLanguage(c.req.header('accept-language'));
  const { userId } = session.viewer;
  const words = wordsOf(language);
  return { language, words, app, userId, csrf: csrfToken(session), base: `/connect/${session.id}` };
}

function showPage(visit: Visit): Answer {
  const { c, session, content, words } = visit;
  if (!session.isConfirmed) return draw(visit, {}, 200);
  const { status, error = 'other', requirement: requirementId, looks = '0' } = c.req.query();
  const asked = content.requirements.find(({ id }) => id === requirementId);
  if (status === 'error') {
    const text = isProblem(words, error) ? words.problems[error] : words.problems.other;
    return draw(visit, { notice: bad(text) }, 200);
  }
  if (status !== 'success' || asked === undefined) return draw(visit, {}, 200);
  if (asked.state.status === 'completed') {
    return draw(visit, { notice: { kind: 'good', text: words.connectedNow } }, 200);
  }
  const count = Number.parseInt(looks, 10) || 0;
  const again = `?status=success&requirement=${asked.id}&looks=${count + 1}`;
  const url = count < mostLooks ? visit.drawing.base + again : undefined;
  return draw(visit, { waiting: { requirementId: asked.id, url } }, 200);
}

function isProblem(words: Words, code: string): code is keyof Words['problems'] {
  return Object.hasOwn(words.problems, code);
}

function bad(text: string): Notice {
  return { kind: 'bad', text };
}

async function confirm({ deps, c, session, drawing }: Visit) {
  await confirmSession(deps, session);
  return c.redirect(drawing.base, 303);
}

async function submit(visit: Visit) {
  const { context, c, body, drawing } = visit;
  const requirement = requireOf(visit);
  const { id, type } = requirement;
  if (type === null) throw new NotFoundError('form');
  const typed = readTyped(type, body);
  try {
    const config = toConfig(type, typed);
    await submitCredentials(context, { requirementId: id, type: type.type, config });
  } catch (error) {
    if (error instanceof InvalidInputError) {
      return draw(visit, { refused: { requirementId: id, typed, issues: error.fields } }, 400);
    }
    return explain(visit, error);
  }
  return c.redirect(`${drawing.base}?status=success&requirement=${id}`, 303);
}

async function authorize(visit: Visit) {
  const { deps, context, session, c, drawing } = visit;
  const { id, provider } = requireOf(visit);
  const back = `${deps.config.publicUrl}${drawing.base}?requirement=${id}`;
  const begunOn = { url: back, browserDigest: session.digest };
  const wanted = { requirementId: id, redirectUrl: undefined, begunOn };
  try {
    const { url } = await authorizeRequirement(context, wanted);
    c.header('Content-Security-Policy', policyFor(drawing.app));
    return c.html(<LeavingPage {...drawing} provider={provider ?? ''} url={url} />);
  } catch (error) {
    return explain(visit, error);
  }
}

function askToDisconnect(visit: Visit): Answer {
  const { c, drawing } = visit;
  c.header('Content-Security-Policy', policyFor(drawing.app));
  return c.html(<DisconnectPage {...drawing} requirement={requireOf(visit)} />);
}

async function disconnect(visit: Visit) {
  const { context, c, drawing } = visit;
  const { id } = requireOf(visit);
  try {
    await disconnectRequirement(context, id);
  } catch (error) {
    // Disconnected already is what was wanted.
    if (!(error instanceof NotFoundError)) return explain(visit, error);
  }
  return c.redirect(drawing.base, 303);
}

/** @throws NotFoundError for what this app does not ask for. */
function requireOf({ c, content }: Visit): PageRequirement {
  const wanted = c.req.param('requirement_id');
  const found = content.requirements.find(({ id }) => id === wanted);
  if (found === undefined) throw new NotFoundError('requirement');
  return found;
}

/** Says on the page what stands against it; anything else has a page of its own. */
function explain(visit: Visit, error: unknown): Answer {
  const { problems } = visit.words;
  if (error instanceof ConflictError) return draw(visit, { notice: bad(problems.conflict) }, 409);
  if (error instanceof InvalidInputError) return draw(visit, { notice: bad(problems.other) }, 400);
  if (!(error instanceof UpstreamError)) throw error;
  const text = error.retryable ? problems.temporarily_unavailable : problems.other;
  return draw(visit, { notice: bad(text) }, 502);
}

type Drawn = {
  notice?: Notice;
  refused?: Refused;
  waiting?: { requirementId: string; url: string | undefined };
};

function draw({ c, session, content, drawing }: Visit, drawn: Drawn, status: PageStatus): Answer {
  c.header('Content-Security-Policy', policyFor(drawing.app));
  if (!session.isConfirmed) return c.html(<SwitchPage {...drawing} />, status);
  const { requirements } = content;
  const { notice, refused, waiting } = drawn;
  return c.html(
    <ConnectPage {...{ ...drawing, requirements, notice, refused, waiting }} />,
    status,
  );
}

type PageStatus = 200 | 400 | 401 | 403 | 404 | 409 | 500 | 502 | 503;

function fail(c: C, failure: Failure, status: PageStatus): Answer {
  const language = chooseLanguage(c.req.header('accept-language'));
  c.header('Content-Security-Policy', policyFor());
  return c.html(<FailurePage {...{ failure, language, words: wordsOf(language) }} />, status);
}

function answerFailure({ log }: Deps, error: Error, c: C): Answer {
  const bug = findBug(error);
  if (bug !== undefined) {
    log.error({ err: bug, requestId: c.env.facts.id }, 'a page of a session failed');
  }
  const kind = toAppError(error)?.kind;
  if (kind === 'unavailable') return fail(c, 'unavailable', 503);
  if (kind === 'unauthenticated') return fail(c, 'ended', 401);
  return kind === 'not_found' ? fail(c, 'missing', 404) : fail(c, 'internal', 500);
}
