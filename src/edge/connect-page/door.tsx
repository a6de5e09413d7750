import type { Deps } from '../../core/deps/deps.ts';
import type { C } from './answer.ts';
import { DoorPage } from './asking-pages.tsx';
import { fail } from './failure.tsx';
import { isFramed } from './framed.ts';
import { chooseLanguage, wordsOf } from './language.ts';
import { policyFor } from './layout.tsx';
import { readForm } from './read-form.ts';
import { isFromOwnPage } from './same-origin.ts';
import { exchangeToken, inspectToken } from './session.service.ts';
import { presentedDigests } from './session-cookie.ts';
import { setSessionCookie } from './set-cookies.ts';

export const doorPath = '/connect';

/**
 * Shows whom a link is for, and the button that exchanges its token. A mail scanner or a link preview
 * that fetches the link uses nothing up.
 */
export async function showDoor(deps: Deps, c: C): Promise<Response> {
  const token = c.req.query('token');
  if (!token) return fail(c, 'refused', 401);
  const inspected = await inspectToken(
    deps,
    token,
    presentedDigests(deps.config.publicUrl, c.req.header('cookie')),
  );
  if (inspected.kind === 'known') return c.redirect(`/connect/${inspected.id}`, 303);
  if (inspected.kind !== 'fresh') return fail(c, inspected.kind, 401);
  const app = await deps.db.app.findUnique({ where: { id: inspected.viewer.appId } });
  if (app === null) return fail(c, 'refused', 401);
  const language = chooseLanguage(c.req.header('accept-language'));
  const { userId } = inspected.viewer;
  const drawing = { app, userId, language, words: wordsOf(language), token };
  c.header('Content-Security-Policy', policyFor(app));
  return c.html(<DoorPage {...drawing} pressesItself={isLedHereByClick(c)} />);
}

/** Exchanges the token of a link for a cookie, and leads to the session's page. */
export async function exchange(deps: Deps, c: C): Promise<Response> {
  // Another site that posts a token of its own would have this browser continue as its user.
  if (!isFromOwnPage(deps, c)) return fail(c, 'foreign', 403);
  const body = await readForm(c);
  const { token } = body;
  if (typeof token !== 'string' || token === '') return fail(c, 'refused', 401);
  const digests = presentedDigests(deps.config.publicUrl, c.req.header('cookie'));
  const exchanged = await exchangeToken(deps, c.env.facts, token, digests);
  if (exchanged.kind === 'refused' || exchanged.kind === 'taken') {
    return fail(c, exchanged.kind, 401);
  }
  if (exchanged.kind === 'new') {
    const isPartitioned = deps.config.publicUrl.startsWith('https:') && isFramed(c, body);
    await setSessionCookie(deps, c, { ...exchanged, isPartitioned });
  }
  return c.redirect(`/connect/${exchanged.id}`, 303);
}

/*
 * A person pressed something on another page, in this tab. A navigation from nowhere (`none`) may be a
 * scanner's: one that drives a browser opens a link as a mail program does, and browsers call that a
 * user's navigation as well.
 */
function isLedHereByClick(c: C): boolean {
  const sent = (name: string) => c.req.header(name) ?? '';
  return (
    sent('sec-fetch-user') === '?1' &&
    sent('sec-fetch-mode') === 'navigate' &&
    sent('sec-fetch-dest') === 'document' &&
    ['cross-site', 'same-site', 'same-origin'].includes(sent('sec-fetch-site')) &&
    sent('sec-purpose') === ''
  );
}
