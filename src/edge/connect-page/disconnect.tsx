import { disconnectRequirement } from '../../features/end-users/disconnect-requirement.service.ts';
import { NotFoundError } from '../../platform/errors.ts';
import type { Answer, Visit } from './answer.ts';
import { DisconnectPage } from './asking-pages.tsx';
import { explain } from './draw.tsx';
import { policyFor } from './layout.tsx';
import { forgetNotice } from './notice.service.ts';
import { requireOf } from './visit.ts';

export function askToDisconnect(visit: Visit): Answer {
  const { c, drawing } = visit;
  c.header('Content-Security-Policy', policyFor(drawing.app));
  return c.html(<DisconnectPage {...drawing} requirement={requireOf(visit)} />);
}

export async function disconnect(visit: Visit): Promise<Response> {
  const { deps, context, c, session, drawing } = visit;
  const { id } = requireOf(visit);
  try {
    await disconnectRequirement(context, id);
  } catch (error) {
    // Disconnected already is what was wanted.
    if (!(error instanceof NotFoundError)) return explain(visit, id, error);
  }
  await forgetNotice(deps, session.id);
  return c.redirect(drawing.base, 303);
}
