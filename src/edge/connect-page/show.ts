import type { Answer, Visit } from './answer.ts';
import { type Drawn, draw } from './draw.tsx';
import { openTyped } from './notice.service.ts';
import { providerName } from './provider-name.ts';
import { confirmSession } from './session.service.ts';
import { toProblem } from './words.ts';

/** How often a page looks again by itself. */
const mostLooks = 40;

/** The session's page, with what became of that which the browser comes back from. */
export function showPage(visit: Visit): Answer {
  const { c, session, content, words, drawing } = visit;
  const { language } = drawing;
  if (!session.isConfirmed) return draw(visit, {}, 200);
  const { status, error, requirement: requirementId, looks = '0' } = c.req.query();
  const asked = content.requirements.find(({ id }) => id === requirementId);
  if (asked !== undefined && asked.state.status === 'completed' && status === 'success') {
    const text = words.connectedNow(providerName(asked, language));
    return draw(visit, { notice: { requirementId: asked.id, kind: 'good', text } }, 200);
  }
  const failed = drawnNotice(visit);
  if (failed !== undefined) return draw(visit, failed, 200);
  // An old address may still say that something failed that is connected by now.
  if (status === 'error' && asked?.state.status !== 'completed') {
    const text = words.problems[toProblem(words, error)](
      asked === undefined ? words.theProvider : providerName(asked, language),
      {},
    );
    if (asked === undefined) return draw(visit, { complaint: text }, 200);
    return draw(visit, { notice: { requirementId: asked.id, kind: 'bad', text } }, 200);
  }
  if (status !== 'success' || asked === undefined) return draw(visit, {}, 200);
  const count = Number.parseInt(looks, 10) || 0;
  const again = `?status=success&requirement=${asked.id}&looks=${count + 1}`;
  const url = count < mostLooks ? visit.drawing.base + again : undefined;
  return draw(visit, { waiting: { requirementId: asked.id, url } }, 200);
}

/** What went wrong last, where it still stands: at its card, with what was typed there. */
function drawnNotice({ session, content, words, drawing }: Visit): Drawn | undefined {
  const { notice } = session;
  const about = content.requirements.find(({ id }) => id === notice?.requirementId);
  if (notice === undefined || about === undefined) return;
  const { requirementId, code, issues, typed } = notice;
  // A card that is connected by now has no failure, unless this link cannot change what is connected.
  if (about.state.status === 'completed' && code !== 'linked_elsewhere') return;
  if (issues !== undefined) {
    const again = typed === undefined ? {} : openTyped(session.secret, typed);
    return { refused: { requirementId, typed: again, issues } };
  }
  const provider = providerName(about, drawing.language);
  const text = words.problems[toProblem(words, code)](provider, notice);
  return { notice: { requirementId, kind: 'bad', text } };
}

/** How far each requirement is, for the script of a page that waits. */
export function showStatus({ c, content, session }: Visit): Answer {
  const states = content.requirements.map(({ id, state }) => [id, state.status]);
  const failedAt = session.notice?.at;
  return c.json({ requirements: Object.fromEntries(states), failedAt });
}

/** The person says that the browser is this user's now. */
export async function confirm({ deps, c, session, drawing }: Visit): Promise<Response> {
  await confirmSession(deps, session);
  return c.redirect(drawing.base, 303);
}
