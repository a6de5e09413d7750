import type { Deps } from '../../core/deps/deps.ts';
import { TooManyRequestsError } from '../../platform/errors.ts';
import { findBug, toAppError } from '../http/masking.ts';
import { wordsOf } from './language.ts';
import { policyFor, Shell } from './layout.tsx';
import { languageOf, type PageContext } from './page-request.ts';
import type { Words } from './words/words.en.ts';

type FailureName = keyof Words['failures'];

export type PageResponse = Response | Promise<Response>;

export type PageStatus = 200 | 400 | 401 | 403 | 404 | 409 | 413 | 429 | 500 | 502 | 503;

/*
 * The page shows nothing private and has no button, so any site can show it in a frame. The app, and so the
 * sites that it allows, are not known when a link fails.
 */
const anySite = { allowedOrigins: ['*'], accentColor: null, logoUrl: null };

/** Returns the page of a failure outside of a session. It says what went wrong and what to do. */
export function showFailure(
  c: PageContext,
  failure: FailureName,
  status: PageStatus,
): PageResponse {
  const language = languageOf(c);
  const { title, text } = wordsOf(language).failures[failure];
  c.header('Content-Security-Policy', policyFor(anySite));
  const page = (
    <Shell language={language} title={title}>
      <section class="card plain">
        <h1>{title}</h1>
        <p>{text}</p>
      </section>
    </Shell>
  );
  return c.html(page, status);
}

/** Returns the page for an error that a handler threw, and logs the error if it is a bug. */
export function handleError({ log }: Deps, error: Error, c: PageContext): PageResponse {
  const bug = findBug(error);
  if (bug !== undefined) {
    log.error({ err: bug, requestId: c.env.facts.id }, 'a page of a session failed');
  }
  const known = toAppError(error);
  const kind = known?.kind;
  if (known instanceof TooManyRequestsError) {
    c.header('Retry-After', String(known.retryAfter));
    return showFailure(c, 'tooMany', 429);
  }
  if (kind === 'unavailable') return showFailure(c, 'unavailable', 503);
  if (kind === 'unauthenticated') return showFailure(c, 'ended', 401);
  if (kind === 'payload_too_large') return showFailure(c, 'tooLarge', 413);
  if (kind === 'not_found') return showFailure(c, 'missing', 404);
  return showFailure(c, 'internal', 500);
}
