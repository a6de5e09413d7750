import type { Answer } from './answer.ts';
import { bad, draw } from './draw.tsx';
import { confirmSession } from './session.service.ts';
import type { Visit } from './visit.ts';
import { toProblem } from './words.ts';

/** How often a page looks again by itself. */
const mostLooks = 40;

/** The session's page, with what became of that which the browser comes back from. */
export function showPage(visit: Visit): Answer {
  const { c, session, content, words } = visit;
  if (!session.isConfirmed) return draw(visit, {}, 200);
  const { status, error, requirement: requirementId, looks = '0' } = c.req.query();
  const asked = content.requirements.find(({ id }) => id === requirementId);
  if (status === 'error') {
    return draw(visit, { notice: bad(words.problems[toProblem(words, error)]) }, 200);
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

/** How far each requirement is, for the script of a page that waits. */
export function showStatus({ c, content }: Visit): Answer {
  const states = content.requirements.map(({ id, state }) => [id, state.status]);
  return c.json({ requirements: Object.fromEntries(states) });
}

/** The person says that the browser is this user's now. */
export async function confirm({ deps, c, session, drawing }: Visit): Promise<Response> {
  await confirmSession(deps, session);
  return c.redirect(drawing.base, 303);
}
