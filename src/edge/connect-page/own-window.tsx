import { randomBytes } from 'node:crypto';
import type { Deps } from '../../core/deps/deps.ts';
import { perform } from '../../core/operations/perform.ts';
import { authorizeRequirement } from '../../features/end-users/authorize-requirement.operation.ts';
import { TooManyRequestsError } from '../../platform/errors.ts';
import { newId } from '../../platform/new-id.ts';
import { translate } from './catalog-words.ts';
import { type PageResponse, type PageStatus, showFailure } from './failure.tsx';
import { type Language, wordsOf } from './language.ts';
import { Head, LiveStatus, policyFor, Shell } from './layout.tsx';
import { storeNotice } from './notice.service.ts';
import { keepLanguage, languageOf, type PageContext, readForm } from './page-request.ts';
import { type Handoff, takeHandoff } from './session.service.ts';
import { digestSecret } from './session-cookie.ts';
import { setSessionCookie } from './set-session-cookie.ts';
import { describePageError } from './show-page.tsx';
import { loadPageContent, type PageApp, type PageProps, type PageRequirement } from './visit.ts';
import { clip } from './words/told.ts';
import { type ProblemCode, toProblem, type Words } from './words/words.en.ts';

/*
 * A consent in a window of its own. Providers do not allow their pages in frames, so a page in a frame or in
 * a popup opens a window. The window ends on `donePath`, which has no session, while the first page waits.
 */

export const handoffPath = '/connect/handoff';
export const donePath = '/connect/done';

/** Seconds for which the window's cookie is valid. The state of a consent is valid for the same time. */
const seconds = 600;

/** Explains that a consent starts with the page's button, not with an address. */
export function showHandoff(c: PageContext): PageResponse {
  return showFailure(c, 'planted', 403);
}

/** Starts a consent in a window that has no session, and gets none. */
export async function handOff(deps: Deps, c: PageContext): Promise<Response> {
  // Any site can send this form; the browser says which site did.
  if (c.req.header('sec-fetch-site') !== 'same-origin') return showFailure(c, 'planted', 403);
  const { handle } = await readForm(c);
  const handoff = typeof handle === 'string' ? await takeHandoff(deps, handle) : undefined;
  if (handoff === undefined) return showFailure(c, 'used', 404);
  const { viewer, requirementId } = handoff;
  const language = languageOf(c);
  const { app, requirements } = await loadPageContent(deps, viewer, language);
  const requirement = requirements.find(({ id }) => id === requirementId);
  if (requirement === undefined) return showFailure(c, 'missing', 404);
  try {
    const url = await beginConsentInWindow(deps, c, handoff);
    c.header('Content-Security-Policy', policyFor({ ...app, allowedOrigins: [] }));
    const page = (
      <LeavingPage
        app={app}
        userId={viewer.userId}
        language={language}
        words={wordsOf(language)}
        provider={requirement.provider ?? ''}
        url={url}
      />
    );
    return c.html(page);
  } catch (error) {
    const { code } = describePageError(error);
    await storeNotice(deps, { jti: viewer.id }, { requirementId, code });
    return showProblem(c, error);
  }
}

/** Starts a consent that only this browser can complete; returns the provider's address. */
async function beginConsentInWindow(
  deps: Deps,
  c: PageContext,
  { viewer, requirementId }: Handoff,
) {
  const secret = randomBytes(32).toString('base64url');
  const context = { deps, viewer, request: c.env.facts, app: null };
  const { url } = await perform(authorizeRequirement, context, {
    requirementId,
    begunOn: {
      url: deps.config.publicUrl + keepLanguage(c, donePath),
      browserDigest: digestSecret(secret),
    },
  });
  // Named like a session's cookie, so that the callback finds it, but it belongs to no session.
  await setSessionCookie(deps, c, { id: newId(), secret, seconds, isPartitioned: false });
  return url;
}

/** Shows the end of a consent in a window of its own. It needs no session and shows nothing of one. */
export function showDone(c: PageContext): PageResponse {
  const { status, error } = c.req.query();
  const problem = status === 'success' ? undefined : toProblem(error);
  return drawDone(c, problem, 200);
}

/** Shows in a window of its own why a consent could not start. */
export function showProblem(c: PageContext, error: unknown): PageResponse {
  const { code, status } = describePageError(error);
  if (error instanceof TooManyRequestsError) c.header('Retry-After', String(error.retryAfter));
  return drawDone(c, code, status);
}

function drawDone(
  c: PageContext,
  problem: ProblemCode | undefined,
  status: PageStatus,
): PageResponse {
  const language = languageOf(c);
  c.header('Content-Security-Policy', policyFor());
  return c.html(<DonePage language={language} problem={problem} />, status);
}

type DoneProps = { language: Language; problem: ProblemCode | undefined };

function DonePage({ language, problem }: DoneProps) {
  const words = wordsOf(language);
  const title = problem === undefined ? words.completed : words.notConnected;
  return (
    <Shell language={language} title={title}>
      <section class="card plain" data-close>
        <h1 class={problem === undefined ? 'completed' : undefined}>{title}</h1>
        {problem && <p>{words.problems[problem](words.theProvider, {})}</p>}
        <p>{problem === undefined ? words.windowDone : words.windowFailed}</p>
      </section>
    </Shell>
  );
}

type LeavingProps = {
  app: PageApp;
  userId: string;
  words: Words;
  language: Language;
  provider: string;
  url: string;
};

/**
 * Sends the browser to a provider. It is a page because browsers check the redirect after a form
 * against `form-action`, which would have to name every provider.
 */
export function LeavingPage({ app, userId, words, language, provider, url }: LeavingProps) {
  const title = words.leaving(clip(translate(provider, language).text, 60));
  return (
    <Shell language={language} app={app} title={title} refresh={{ seconds: 0, url }}>
      <Head app={app} userId={userId} words={words} />
      <section class="card plain">
        <h2>{title}</h2>
        <div class="actions">
          <a class="button main" href={url}>
            {words.leavingLink(new URL(url).host)}
          </a>
        </div>
      </section>
    </Shell>
  );
}

type HandoffProps = PageProps & {
  requirements: readonly PageRequirement[];
  requirementId: string;
  provider: string;
  handle: string;
};

/** Offers, inside a frame, the button that opens a window for the consent, and waits for its end. */
export function HandoffPage(props: HandoffProps) {
  const { app, userId, words, language, languageQuery, base, requirements } = props;
  const { requirementId, handle } = props;
  const provider = clip(translate(props.provider, language).text, 60);
  const title = words.leaving(provider);
  // Leaves time to read and to press the button; after it the page is the list, which waits.
  const refresh = {
    seconds: 20,
    url: `${base}?status=success&requirement=${requirementId}&looks=1`,
    unlessScripted: true,
  };
  return (
    <Shell language={language} app={app} title={title} refresh={refresh}>
      <Head app={app} userId={userId} words={words} />
      <LiveStatus app={app} base={base} requirements={requirements} isWaiting>
        <section class="card plain">
          <h2>{title}</h2>
          <p role="status" data-over={words.waitedEnough}>
            {words.handoff(provider)}
          </p>
          <div class="actions">
            <form method="post" action={handoffPath + languageQuery} target="_blank" rel="noopener">
              <input type="hidden" name="handle" value={handle} autocomplete="off" />
              <button class="main" type="submit">
                {words.connectWith(provider)}
              </button>
            </form>
            <a class="button" href={base} data-unavailable={words.failures.unavailable.title}>
              {words.back}
            </a>
          </div>
        </section>
      </LiveStatus>
    </Shell>
  );
}
