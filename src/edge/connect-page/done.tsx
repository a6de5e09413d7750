import { TooManyRequestsError } from '../../platform/errors.ts';
import type { Answer, C, PageStatus } from './answer.ts';
import { problemOf } from './draw.tsx';
import { chooseLanguage, wordsOf } from './language.ts';
import { policyFor } from './layout.tsx';
import { DonePage } from './leaving-pages.tsx';
import { type ProblemCode, toProblem } from './words.ts';

/** Where a consent in a window of its own comes back to. It needs no session, and shows nothing of one. */
export const donePath = '/connect/done';

export function showDone(c: C): Answer {
  const { status, error } = c.req.query();
  const { words } = drawingOf(c);
  return drawDone(c, status === 'success' ? undefined : toProblem(words, error), 200);
}

/** The same for a consent that did not begin. */
export function drawProblem(c: C, error: unknown): Answer {
  const { code, status } = problemOf(error);
  if (error instanceof TooManyRequestsError) c.header('Retry-After', String(error.retryAfter));
  return drawDone(c, code, status);
}

function drawDone(c: C, problem: ProblemCode | undefined, status: PageStatus): Answer {
  c.header('Content-Security-Policy', policyFor());
  return c.html(<DonePage {...drawingOf(c)} problem={problem} />, status);
}

function drawingOf(c: C) {
  const language = chooseLanguage(c.req.header('accept-language'));
  return { language, words: wordsOf(language) };
}
