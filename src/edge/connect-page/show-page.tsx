import { OtherLinkError } from '../../features/requirements/links.ts';
import {
  ConflictError,
  InvalidInputError,
  TooManyRequestsError,
  UpstreamError,
} from '../../platform/errors.ts';
import { providerName } from './catalog-words.ts';
import type { PageResponse, PageStatus } from './failure.tsx';
import { appNameOf, connectionTimes, Head, policyFor, Shell } from './layout.tsx';
import { openTyped, storeNotice } from './notice.service.ts';
import { type ListMessages, RequirementsPage } from './requirements-page.tsx';
import { confirmSession } from './session.service.ts';
import type { PageProps, Visit } from './visit.ts';
import { clip } from './words/told.ts';
import { type ProblemCode, toProblem } from './words/words.en.ts';

/** Maximum number of reloads of a page without script while it waits. */
const mostLooks = 40;

/** Shows the session's page, with the result of what the browser comes back from. */
export function showPage(visit: Visit): PageResponse {
  const { c, session, requirements, props } = visit;
  const { language, words, base } = props;
  if (!session.isConfirmed) return drawPage(visit, {}, 200);
  const { status, error, requirement: requirementId, looks = '0' } = c.req.query();
  const asked = requirements.find(({ id }) => id === requirementId);
  if (asked !== undefined && asked.state.status === 'completed' && status === 'success') {
    const text = words.connectedNow(providerName(asked, language));
    return drawPage(visit, { notice: { requirementId: asked.id, kind: 'good', text } }, 200);
  }
  const failed = storedMessage(visit);
  if (failed !== undefined) return drawPage(visit, failed, 200);
  // An old address may report a failure of a requirement that is connected since then.
  if (status === 'error' && asked?.state.status !== 'completed') {
    const provider = asked === undefined ? words.theProvider : providerName(asked, language);
    const text = words.problems[toProblem(error)](provider, {});
    if (asked === undefined) return drawPage(visit, { complaint: text }, 200);
    return drawPage(visit, { notice: { requirementId: asked.id, kind: 'bad', text } }, 200);
  }
  if (status !== 'success' || asked === undefined) return drawPage(visit, {}, 200);
  const count = Number.parseInt(looks, 10) || 0;
  const again = `${base}?status=success&requirement=${asked.id}&looks=${count + 1}`;
  const url = count < mostLooks ? again : undefined;
  return drawPage(visit, { waiting: { requirementId: asked.id, url } }, 200);
}

/** Returns the last failure for its card, with what was typed there, while it still matters. */
function storedMessage({ session, requirements, props }: Visit): ListMessages | undefined {
  const { notice } = session;
  const about = requirements.find(({ id }) => id === notice?.requirementId);
  if (notice === undefined || about === undefined) return;
  const { requirementId, code, issues, typed } = notice;
  // A connected card shows only what happened since then: a failure to replace or to disconnect it.
  const isOld = about.linkedAt !== undefined && new Date(notice.at) < about.linkedAt;
  if (about.state.status === 'completed' && isOld) return;
  if (issues !== undefined) {
    const again = typed === undefined ? {} : openTyped(session.secret, typed);
    return { refused: { requirementId, typed: again, issues } };
  }
  const provider = providerName(about, props.language);
  const text = props.words.problems[toProblem(code)](provider, notice);
  return { notice: { requirementId, kind: 'bad', text } };
}

/** Returns the status of each requirement, for the script of a page that waits. */
export function showStatus({ c, requirements, session }: Visit): PageResponse {
  const states = requirements.map(({ id, state }) => [id, state.status]);
  const failedAt = session.notice?.at;
  const connectedAt = connectionTimes(requirements);
  return c.json({ requirements: Object.fromEntries(states), connectedAt, failedAt });
}

/** The person confirms that this browser is this user's now. */
export async function confirm({ deps, c, session, props }: Visit): Promise<Response> {
  await confirmSession(deps, session);
  return c.redirect(props.base, 303);
}

/** Returns the list of requirements, or asks first who uses the browser. */
export function drawPage(visit: Visit, messages: ListMessages, status: PageStatus): PageResponse {
  const { c, session, requirements, props } = visit;
  c.header('Content-Security-Policy', policyFor(props.app));
  if (!session.isConfirmed) return c.html(<SwitchPage {...props} />, status);
  const page = (
    <RequirementsPage
      {...props}
      {...messages}
      requirements={requirements}
      failedAt={session.notice?.at}
      search={c.req.query('q')?.slice(0, 100)}
    />
  );
  return c.html(page, status);
}

/** Asks a person whose browser belonged to another end user before. */
function SwitchPage({ app, userId, words, language, csrf, base }: PageProps) {
  return (
    <Shell language={language} app={app} title={words.switchTitle}>
      <Head app={app} userId={userId} words={words} />
      <section class="card plain">
        <h2>{words.switchTitle}</h2>
        <p>{words.switchHint(appNameOf(app), clip(userId, 255))}</p>
        <form method="post" action={`${base}/confirm`}>
          <input type="hidden" name="csrf" value={csrf} />
          <button class="main" type="submit">
            {words.switchGo}
          </button>
        </form>
      </section>
    </Shell>
  );
}

/** Redirects to the page, which shows the problem at the card. */
export async function redirectWithProblem(
  { deps, c, session, props }: Visit,
  requirementId: string,
  error: unknown,
): Promise<Response> {
  if (error instanceof TooManyRequestsError) throw error; // has its own page, with status 429
  const { code } = describePageError(error);
  await storeNotice(deps, { id: session.id }, { requirementId, code });
  return c.redirect(`${props.base}?requirement=${requirementId}`, 303);
}

/** Returns what the page tells a person about an error. Throws an error that has no words for them. */
export function describePageError(error: unknown): { code: ProblemCode; status: PageStatus } {
  if (error instanceof OtherLinkError) return { code: 'linked_elsewhere', status: 409 };
  if (error instanceof ConflictError) return { code: 'conflict', status: 409 };
  // The person typed nothing here: the requirement or the server's configuration is wrong.
  if (error instanceof InvalidInputError) return { code: 'provider_not_configured', status: 400 };
  if (error instanceof TooManyRequestsError) return { code: 'too_many', status: 429 };
  if (!(error instanceof UpstreamError)) throw error;
  return { code: error.retryable ? 'temporarily_unavailable' : 'other', status: 502 };
}
