import type { Deps } from '../../core/deps/deps.ts';
import { NotFoundError, UnauthenticatedError } from '../../platform/errors.ts';
import { failureJson } from '../http/failure.ts';
import type { Answer, C, Drawing, Visit } from './answer.ts';
import { draw } from './draw.tsx';
import { fail } from './failure.tsx';
import { chooseLanguage, wordsOf } from './language.ts';
import { loadPage, type PageContent, type PageRequirement } from './load-page.ts';
import { readForm } from './read-form.ts';
import { openSession, type Session } from './session.service.ts';
import { csrfToken, isCsrfToken, readSecret } from './session-cookie.ts';

/**
 * Runs what needs a session; what changes anything needs the session's form as well.
 *
 * @param options `asks`: also while the browser is asked whose it is.
 */
export function inSession(deps: Deps) {
  return (answer: (visit: Visit) => Answer, { asks = false } = {}) =>
    async (c: C): Promise<Response> => {
      const visit = await openVisit(deps, c);
      if (visit === undefined) return fail(c, 'ended', 401);
      const { session, words, drawing, body } = visit;
      if (c.req.method === 'POST' && !isCsrfToken(session, body.csrf)) {
        return draw(visit, { complaint: words.staleForm }, 403);
      }
      if (!session.isConfirmed && !asks) return c.redirect(drawing.base, 303);
      return answer(visit);
    };
}

/** The same for a script, which takes JSON. */
export function inSessionAsJson(deps: Deps) {
  return (answer: (visit: Visit) => Answer) =>
    async (c: C): Promise<Response> => {
      const visit = await openVisit(deps, c);
      if (visit?.session.isConfirmed) return answer(visit);
      return c.json(failureJson(new UnauthenticatedError()), 401);
    };
}

/** The visit of the session in the path; undefined when there is none, or when it has ended. */
async function openVisit(deps: Deps, c: C): Promise<Visit | undefined> {
  const id = c.req.param('session_id') ?? '';
  const secret = readSecret(deps.config.publicUrl, c.req.header('cookie'), id);
  const session = await openSession(deps, id, secret);
  if (session === undefined) return undefined;
  const { viewer } = session;
  const context = { deps, viewer, request: c.env.facts, app: null };
  const content = await loadPage(deps, viewer);
  const drawing = drawingOf(c, session, content);
  const body = c.req.method === 'POST' ? await readForm(c) : {};
  return { deps, c, session, context, content, words: drawing.words, drawing, body };
}

function drawingOf(c: C, session: Session, { app }: PageContent): Drawing {
  const language = chooseLanguage(c.req.header('accept-language'));
  const { userId } = session.viewer;
  const words = wordsOf(language);
  return { language, words, app, userId, csrf: csrfToken(session), base: `/connect/${session.id}` };
}

/** @throws NotFoundError for what this app does not ask for. */
export function requireOf({ c, content }: Visit): PageRequirement {
  const wanted = c.req.param('requirement_id');
  const found = content.requirements.find(({ id }) => id === wanted);
  if (found === undefined) throw new NotFoundError('requirement');
  return found;
}
