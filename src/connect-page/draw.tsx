import { ConflictError, InvalidInputError, UpstreamError } from '../errors.ts';
import type { Answer, PageStatus } from './answer.ts';
import { SwitchPage } from './asking-pages.tsx';
import { policyFor } from './layout.tsx';
import type { Refused } from './requirement.tsx';
import { type Notice, RequirementsPage } from './requirements-page.tsx';
import type { Visit } from './visit.ts';
import type { ProblemCode } from './words.ts';

/** What the list of requirements is drawn with beside them. */
export type Drawn = {
  notice?: Notice;
  refused?: Refused;
  waiting?: { requirementId: string; url: string | undefined };
};

/** Answers the list of requirements, or asks whose the browser is. */
export function draw(
  { c, session, content, drawing }: Visit,
  { notice, refused, waiting }: Drawn,
  status: PageStatus,
): Answer {
  c.header('Content-Security-Policy', policyFor(drawing.app));
  if (!session.isConfirmed) return c.html(<SwitchPage {...drawing} />, status);
  const { requirements } = content;
  return c.html(
    <RequirementsPage {...{ ...drawing, requirements, notice, refused, waiting }} />,
    status,
  );
}

export function bad(text: string): Notice {
  return { kind: 'bad', text };
}

/** Says on the page what stands against it; anything else has a page of its own. */
export function explain(visit: Visit, error: unknown): Answer {
  const { code, status } = problemOf(error);
  return draw(visit, { notice: bad(visit.words.problems[code]) }, status);
}

/** What a person is told of an error. Throws it when it is for nobody's eyes. */
export function problemOf(error: unknown): { code: ProblemCode; status: PageStatus } {
  if (error instanceof ConflictError) return { code: 'conflict', status: 409 };
  if (error instanceof InvalidInputError) return { code: 'other', status: 400 };
  if (!(error instanceof UpstreamError)) throw error;
  return { code: error.retryable ? 'temporarily_unavailable' : 'other', status: 502 };
}
