import { OtherLinkError } from '../../features/requirements/links.ts';
import {
  ConflictError,
  InvalidInputError,
  TooManyRequestsError,
  UpstreamError,
} from '../../platform/errors.ts';
import type { Answer, PageStatus, Visit } from './answer.ts';
import { SwitchPage } from './asking-pages.tsx';
import { policyFor } from './layout.tsx';
import { storeNotice } from './notice.service.ts';
import type { CardNotice, Refused } from './requirement.tsx';
import { RequirementsPage } from './requirements-page.tsx';
import type { ProblemCode } from './words.ts';

/** What the list of requirements is drawn with beside them. */
export type Drawn = {
  /** Above the list. */
  complaint?: string;
  /** At a card. */
  notice?: CardNotice;
  refused?: Refused;
  waiting?: { requirementId: string; url: string | undefined };
};

/** Answers the list of requirements, or asks whose the browser is. */
export function draw(
  { c, session, content, drawing }: Visit,
  drawn: Drawn,
  status: PageStatus,
): Answer {
  c.header('Content-Security-Policy', policyFor(drawing.app));
  if (!session.isConfirmed) return c.html(<SwitchPage {...drawing} />, status);
  const { requirements } = content;
  const failedAt = session.notice?.at;
  return c.html(<RequirementsPage {...{ ...drawing, requirements, failedAt, ...drawn }} />, status);
}

/** Leads to the page that says at the card what stands against it; anything else has a page of its own. */
export async function explain(
  { deps, c, session, drawing }: Visit,
  requirementId: string,
  error: unknown,
): Promise<Response> {
  if (error instanceof TooManyRequestsError) throw error; // has a page of its own, and is 429
  const { code } = problemOf(error);
  await storeNotice(deps, { id: session.id }, { requirementId, code });
  return c.redirect(`${drawing.base}?requirement=${requirementId}`, 303);
}

/** Returns what a person is told about an error. Throws an error that is not for them to see. */
export function problemOf(error: unknown): { code: ProblemCode; status: PageStatus } {
  if (error instanceof OtherLinkError) return { code: 'linked_elsewhere', status: 409 };
  if (error instanceof ConflictError) return { code: 'conflict', status: 409 };
  // The person typed none of it: the requirement or the server's configuration is wrong.
  if (error instanceof InvalidInputError) return { code: 'provider_not_configured', status: 400 };
  if (error instanceof TooManyRequestsError) return { code: 'too_many', status: 429 };
  if (!(error instanceof UpstreamError)) throw error;
  return { code: error.retryable ? 'temporarily_unavailable' : 'other', status: 502 };
}
