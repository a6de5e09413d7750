import { authorizeRequirement } from '../end-users/authorize-requirement.service.ts';
import { submitCredentials } from '../end-users/submit-credentials.service.ts';
import { InvalidInputError, NotFoundError } from '../errors.ts';
import { donePath, drawProblem } from './done.tsx';
import { draw, explain } from './draw.tsx';
import { readTyped, toConfig } from './form-config.ts';
import { isFramed } from './framed.ts';
import { offerHandoff } from './handoff.service.ts';
import { policyFor } from './layout.tsx';
import { HandoffPage, LeavingPage } from './leaving-pages.tsx';
import { requireOf, type Visit } from './visit.ts';

/** Stores what was typed for a requirement. */
export async function submit(visit: Visit): Promise<Response> {
  const { context, c, body, drawing } = visit;
  const { id, type } = requireOf(visit);
  if (type === null) throw new NotFoundError('form');
  const typed = readTyped(type, body);
  try {
    const config = toConfig(type, typed);
    await submitCredentials(context, { requirementId: id, type: type.type, config });
  } catch (error) {
    if (error instanceof InvalidInputError) {
      return draw(visit, { refused: { requirementId: id, typed, issues: error.fields } }, 400);
    }
    return explain(visit, error);
  }
  return c.redirect(`${drawing.base}?status=success&requirement=${id}`, 303);
}

/**
 * Leads to the provider: in a frame, where no provider shows itself, by a window of its own; elsewhere
 * at once. The script says `own` of a form that it sent into a window of its own.
 */
export async function authorize(visit: Visit): Promise<Response> {
  const { deps, session, c, drawing, body } = visit;
  const { id, provider } = requireOf(visit);
  c.header('Content-Security-Policy', policyFor(drawing.app));
  if (isFramed(c) && provider !== null) {
    const handle = await offerHandoff(deps, session.id, id);
    const { requirements } = visit.content;
    const wanted = { requirements, requirementId: id, provider, handle };
    return c.html(<HandoffPage {...drawing} {...wanted} />);
  }
  const isOwn = body.own === '1';
  const back = isOwn ? donePath : `${drawing.base}?requirement=${id}`;
  const begunOn = { url: deps.config.publicUrl + back, browserDigest: session.digest };
  const wanted = { requirementId: id, redirectUrl: undefined, begunOn };
  try {
    const { url } = await authorizeRequirement(visit.context, wanted);
    return c.html(<LeavingPage {...drawing} provider={provider ?? ''} url={url} />);
  } catch (error) {
    return isOwn ? drawProblem(c, error) : explain(visit, error);
  }
}
