import { randomBytes } from 'node:crypto';
import type { Deps } from '../../core/deps/deps.ts';
import { authorizeRequirement } from '../../features/end-users/authorize-requirement.service.ts';
import { newId } from '../../platform/new-id.ts';
import type { Answer, C } from './answer.ts';
import { donePath, drawProblem } from './done.tsx';
import { problemOf } from './draw.tsx';
import { fail } from './failure.tsx';
import { type Handoff, takeHandoff } from './handoff.service.ts';
import { chooseLanguage, wordsOf } from './language.ts';
import { policyFor } from './layout.tsx';
import { LeavingPage } from './leaving-pages.tsx';
import { loadPage } from './load-page.ts';
import { storeNotice } from './notice.service.ts';
import { readForm } from './read-form.ts';
import { digestSecret } from './session-cookie.ts';
import { setSessionCookie } from './set-cookies.ts';

export const handoffPath = '/connect/handoff';

/** How long the window that begins a consent can complete it: as long as the consent's state lives. */
const seconds = 600;

/** Says that a consent begins by a button of the page, and not by an address. */
export function showHandoff(c: C): Answer {
  return fail(c, 'planted', 403);
}

/** Begins a consent in a window that has no session, and gets none. */
export async function handOff(deps: Deps, c: C): Promise<Response> {
  // Any site can send the form; the browser says which one did.
  if (c.req.header('sec-fetch-site') !== 'same-origin') return fail(c, 'planted', 403);
  const { handle } = await readForm(c);
  const handoff = typeof handle === 'string' ? await takeHandoff(deps, handle) : undefined;
  if (handoff === undefined) return fail(c, 'used', 404);
  const { app, requirements } = await loadPage(deps, handoff.viewer);
  const requirement = requirements.find(({ id }) => id === handoff.requirementId);
  if (requirement === undefined) return fail(c, 'missing', 404);
  try {
    const url = await begin(deps, c, handoff);
    const language = chooseLanguage(c.req.header('accept-language'));
    const drawing = { app, userId: handoff.viewer.userId, language, words: wordsOf(language), url };
    c.header('Content-Security-Policy', policyFor({ ...app, allowedOrigins: [] }));
    return c.html(<LeavingPage {...drawing} provider={requirement.provider ?? ''} />);
  } catch (error) {
    const { code } = problemOf(error);
    const { viewer, requirementId } = handoff;
    await storeNotice(deps, { jti: viewer.id }, { requirementId, code });
    return drawProblem(c, error);
  }
}

/** Begins it for this browser alone; answers the provider's address. */
async function begin(deps: Deps, c: C, { viewer, requirementId }: Handoff): Promise<string> {
  const { publicUrl } = deps.config;
  const secret = randomBytes(32).toString('base64url');
  const context = { deps, viewer, request: c.env.facts, app: null };
  const begunOn = { url: publicUrl + donePath, browserDigest: digestSecret(secret) };
  const wanted = { requirementId, redirectUrl: undefined, begunOn };
  const { url } = await authorizeRequirement(context, wanted);
  // Called as a session's, so that the callback finds it, but of none.
  await setSessionCookie(deps, c, { id: newId(), secret, seconds, isPartitioned: false });
  return url;
}
