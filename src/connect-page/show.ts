import type { Answer } from './answer.ts';
import { bad, draw } from './draw.tsx';
import { confirmSession } from './session.service.ts';
import type { Visit } from './visit.ts';
import type { Words } from './words.ts';

/** How often a page looks again by itself. */
const mostLooks = 40;

/** The session's page, with what became of that which the browser comes back from. */
export function showPage(visit: Visit): Answer {
  const { c, session, content, words } = visit;
  if (!session.isConfirmed) return draw(visit, {}, 200);
  const { status, error = 'other', requirement: requirementId, looks = '0' } = c.req.query();
  const asked = content.requirements.find(({ id }) => id === requirementId);
  if (status === 'error') return draw(visit, { notice: bad(problemOf(words, error)) }, 200);
  if (status !== 'success' || asked === undefined) return draw(visit, {}, 200);
  if (asked.state.status === 'completed') {
    return draw(visit, { notice: { kind: 'good', text: words.connectedNow } }, 200);
  }
  const count = Number.parseInt(looks, 10) || 0;
  const again = `?status=success&requirement=${asked.id}&looks=${count + 1}`;
  const url = count < mostLooks ? visit.drawing.base + again : undefined;
  return draw(visit, { waiting: { requirementId: asked.id, url } }, 200);
}

/** What a problem's code says to a person. */
function problemOf({ problems }: Words, code: string): string {
  return isProblem(problems, code) ? problems[code] : problems.other;
}

function isProblem(problems: Words['problems'], code: string): code is keyof Words['problems'] {
  return Object.hasOwn(problems, code);
}

/** The person says that the browser is this user's now. */
export async function confirm({ deps, c, session, drawing }: Visit): Promise<Response> {
  await confirmSession(deps, session);
  return c.redirect(drawing.base, 303);
}
