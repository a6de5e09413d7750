import type { Deps } from '../../core/deps/deps.ts';
import { showFailure } from './failure.tsx';
import { type Language, wordsOf } from './language.ts';
import { appNameOf, Head, policyFor, Shell } from './layout.tsx';
import {
  isFramedRequest,
  isFromOwnPage,
  isOpenedByClick,
  keepLanguage,
  languageOf,
  type PageContext,
  readForm,
} from './page-request.ts';
import { exchangeToken, inspectToken } from './session.service.ts';
import { presentedDigests } from './session-cookie.ts';
import { setSessionCookie } from './set-session-cookie.ts';
import type { PageApp } from './visit.ts';

export const linkPath = '/connect';

/**
 * Shows the app and the user of a link, with a button that exchanges its token. A mail scanner or a link
 * preview that fetches the link changes nothing.
 */
export async function showLink(deps: Deps, c: PageContext): Promise<Response> {
  const token = c.req.query('token');
  if (!token) return showFailure(c, 'refused', 401);
  const inspected = await inspectToken(
    deps,
    token,
    presentedDigests(deps.config.publicUrl, c.req.header('cookie')),
  );
  if (inspected.kind === 'known')
    return c.redirect(keepLanguage(c, `/connect/${inspected.id}`), 303);
  if (inspected.kind !== 'fresh') return showFailure(c, inspected.kind, 401);
  const { appId, userId } = inspected.viewer;
  const app = await deps.db.app.findUnique({ where: { id: appId } });
  if (app === null) return showFailure(c, 'refused', 401);
  c.header('Content-Security-Policy', policyFor(app));
  const page = (
    <LinkPage
      app={app}
      userId={userId}
      language={languageOf(c)}
      action={keepLanguage(c, linkPath)}
      token={token}
      pressesItself={isOpenedByClick(c)}
    />
  );
  return c.html(page);
}

/** Exchanges the token of a link for a cookie, and redirects to the session's page. */
export async function exchange(deps: Deps, c: PageContext): Promise<Response> {
  // If another site could post its own token, this browser would continue as that site's user.
  if (!isFromOwnPage(deps, c)) return showFailure(c, 'foreign', 403);
  const body = await readForm(c);
  const { token } = body;
  if (typeof token !== 'string' || token === '') return showFailure(c, 'refused', 401);
  const digests = presentedDigests(deps.config.publicUrl, c.req.header('cookie'));
  const exchanged = await exchangeToken(deps, c.env.facts, token, digests);
  if (exchanged.kind === 'refused' || exchanged.kind === 'taken') {
    return showFailure(c, exchanged.kind, 401);
  }
  if (exchanged.kind === 'new') {
    const isPartitioned = deps.config.publicUrl.startsWith('https:') && isFramedRequest(c, body);
    await setSessionCookie(deps, c, { ...exchanged, isPartitioned });
  }
  return c.redirect(keepLanguage(c, `/connect/${exchanged.id}`), 303);
}

type LinkProps = {
  app: PageApp;
  userId: string;
  language: Language;
  /** The path to which the button sends the token. */
  action: string;
  token: string;
  /** Whether the script presses the button. */
  pressesItself: boolean;
};

function LinkPage({ app, userId, language, action, token, pressesItself }: LinkProps) {
  const words = wordsOf(language);
  return (
    <Shell
      language={language}
      app={app}
      title={words.title(appNameOf(app))}
      referrer="strict-origin"
    >
      <Head app={app} userId={userId} words={words} />
      <section class="card plain">
        <p>{words.linkHint(appNameOf(app))}</p>
        <form
          method="post"
          action={action}
          data-link={pressesItself ? 'press' : 'wait'}
          data-unavailable={words.failures.unavailable.title}
        >
          <input type="hidden" name="token" value={token} autocomplete="off" />
          <button class="main" type="submit" autofocus>
            {words.linkGo}
          </button>
        </form>
      </section>
    </Shell>
  );
}
