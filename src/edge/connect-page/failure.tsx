import type { Deps } from '../../core/deps/deps.ts';
import { TooManyRequestsError } from '../../platform/errors.ts';
import { findBug, toAppError } from '../http/masking.ts';
import type { Answer, C, PageStatus } from './answer.ts';
import { type Failure, FailurePage } from './failure-page.tsx';
import { chooseLanguage, wordsOf } from './language.ts';
import { policyFor } from './layout.tsx';

/* Nothing on it is anybody's, and nothing can be pressed: a frame may say as well what went wrong. */
const anywhere = { allowedOrigins: ['*'], accentColor: null, logoUrl: null };

/** A page of its own for what went wrong where there is no session. */
export function fail(c: C, failure: Failure, status: PageStatus): Answer {
  const language = chooseLanguage(c.req.header('accept-language'));
  c.header('Content-Security-Policy', policyFor(anywhere));
  return c.html(<FailurePage {...{ failure, language, words: wordsOf(language) }} />, status);
}

/** Answers what a handler threw. */
export function answerFailure({ log }: Deps, error: Error, c: C): Answer {
  const bug = findBug(error);
  if (bug !== undefined) {
    log.error({ err: bug, requestId: c.env.facts.id }, 'a page of a session failed');
  }
  const known = toAppError(error);
  const kind = known?.kind;
  if (known instanceof TooManyRequestsError) {
    c.header('Retry-After', String(known.retryAfter));
    return fail(c, 'tooMany', 429);
  }
  if (kind === 'unavailable') return fail(c, 'unavailable', 503);
  if (kind === 'unauthenticated') return fail(c, 'ended', 401);
  if (kind === 'payload_too_large') return fail(c, 'tooLarge', 413);
  return kind === 'not_found' ? fail(c, 'missing', 404) : fail(c, 'internal', 500);
}
