import type { ConnectionType } from '../../core/catalog/connection-type.ts';
import { authorizeRequirement } from '../../features/end-users/authorize-requirement.service.ts';
import { submitCredentials } from '../../features/end-users/submit-credentials.service.ts';
import { InvalidInputError, NotFoundError } from '../../platform/errors.ts';
import type { Visit } from './answer.ts';
import { donePath, drawProblem } from './done.tsx';
import { explain, problemOf } from './draw.tsx';
import { readTyped, toConfig } from './form-config.ts';
import { isFramed } from './framed.ts';
import { offerHandoff } from './handoff.service.ts';
import { policyFor } from './layout.tsx';
import { HandoffPage, LeavingPage } from './leaving-pages.tsx';
import { forgetNotice, sealTyped, storeNotice } from './notice.service.ts';
import { requireOf } from './visit.ts';

/** Stores what was typed for a requirement. */
export async function submit(visit: Visit): Promise<Response> {
  const { deps, context, c, session, body, drawing } = visit;
  const { id, type } = requireOf(visit);
  if (type === null) throw new NotFoundError('form');
  const typed = readTyped(type, body);
  try {
    const config = toConfig(type, typed);
    await submitCredentials(context, { requirementId: id, type: type.type, config });
  } catch (error) {
    if (error instanceof InvalidInputError) {
      const open = Object.entries(typed).filter(([name]) => !isSecret(type, name));
      const sealed = sealTyped(session.secret, Object.fromEntries(open));
      const notice = { requirementId: id, code: 'form', issues: [...error.fields], typed: sealed };
      await storeNotice(deps, { id: session.id }, notice);
      return c.redirect(`${drawing.base}?requirement=${id}`, 303);
    }
    return explain(visit, id, error);
  }
  await forgetNotice(deps, session.id);
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
  await forgetNotice(deps, session.id);
  if (isFramed(c, body) && provider !== null) {
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
    return isOwn ? failApart(visit, id, error) : explain(visit, id, error);
  }
}

/** The window of its own says it and closes; the page that was left behind says it at the card. */
async function failApart(visit: Visit, requirementId: string, error: unknown): Promise<Response> {
  const { code } = problemOf(error);
  await storeNotice(visit.deps, { id: visit.session.id }, { requirementId, code });
  return drawProblem(visit.c, error);
}

function isSecret({ fields }: ConnectionType, name: string): boolean {
  return fields.some((field) => field.name === name && field.secret);
}
