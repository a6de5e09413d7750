import type { ConnectionType } from '../../core/catalog/catalog.ts';
import type { Field } from '../../core/catalog/fields.ts';
import { perform } from '../../core/operations/perform.ts';
import { authorizeRequirement } from '../../features/end-users/authorize-requirement.operation.ts';
import { disconnectRequirement } from '../../features/end-users/disconnect-requirement.operation.ts';
import { submitRequirementCredentials } from '../../features/end-users/submit-credentials.operation.ts';
import { InvalidInputError, NotFoundError } from '../../platform/errors.ts';
import type { PageResponse } from './failure.tsx';
import { readTyped, toConfig } from './form-config.ts';
import { appNameOf, Head, policyFor, Shell } from './layout.tsx';
import { forgetNotice, sealTyped, storeNotice, toNoticeIssues } from './notice.service.ts';
import { donePath, HandoffPage, LeavingPage, showProblem } from './own-window.tsx';
import { isFramedRequest } from './page-request.ts';
import { offerHandoff } from './session.service.ts';
import { describePageError, redirectWithProblem } from './show-page.tsx';
import { type PageProps, type PageRequirement, requireRequirement, type Visit } from './visit.ts';
import { clip } from './words/told.ts';

/* The actions of a person at the card of a requirement. */

/** Stores the credentials that a person typed for a requirement. */
export async function submit(visit: Visit): Promise<Response> {
  const { deps, context, c, session, body, props } = visit;
  const { id, type, asked } = requireRequirement(visit);
  if (type === null) throw new NotFoundError('form');
  const typed = readTyped(asked, body);
  try {
    const config = toConfig(asked, typed);
    const submitted = { requirementId: id, type: type.type, config, verify: true };
    await perform(submitRequirementCredentials, context, submitted);
  } catch (error) {
    if (error instanceof InvalidInputError && concerns(error, asked)) {
      const open = Object.entries(typed).filter(([name]) => !isSecret(type, name));
      const sealed = sealTyped(session.secret, Object.fromEntries(open));
      const notice = {
        requirementId: id,
        code: 'form',
        issues: toNoticeIssues(error.fields),
        typed: sealed,
      };
      await storeNotice(deps, { id: session.id }, notice);
      return c.redirect(`${props.base}?requirement=${id}`, 303);
    }
    return redirectWithProblem(visit, id, error);
  }
  await forgetNotice(deps, session.id);
  return c.redirect(`${props.base}?status=success&requirement=${id}`, 303);
}

/** Whether the person can do something about an error: it names a field that the form asks for. */
function concerns({ fields }: InvalidInputError, asked: readonly Field[]): boolean {
  return fields.some(({ path }) => asked.some(({ name }) => path.split('.')[1] === name));
}

function isSecret({ fields }: ConnectionType, name: string): boolean {
  return fields.some((field) => field.name === name && field.secret);
}

/**
 * Sends the browser to the provider. No provider can be shown in a frame, so a frame gets a button that
 * opens a window. The script sets `own` in a form that it sent into a window of its own.
 */
export async function authorize(visit: Visit): Promise<Response> {
  const { deps, session, c, props, body, requirements } = visit;
  const { id, provider } = requireRequirement(visit);
  c.header('Content-Security-Policy', policyFor(props.app));
  await forgetNotice(deps, session.id);
  if (isFramedRequest(c, body) && provider !== null) {
    const handle = await offerHandoff(deps, session.id, id);
    const page = (
      <HandoffPage
        {...props}
        requirements={requirements}
        requirementId={id}
        provider={provider}
        handle={handle}
      />
    );
    return c.html(page);
  }
  const isOwn = body.own === '1';
  const back = isOwn ? donePath + props.languageQuery : `${props.base}?requirement=${id}`;
  const begunOn = { url: deps.config.publicUrl + back, browserDigest: session.digest };
  const wanted = { requirementId: id, begunOn };
  try {
    const { url } = await perform(authorizeRequirement, visit.context, wanted);
    return c.html(<LeavingPage {...props} provider={provider ?? ''} url={url} />);
  } catch (error) {
    return isOwn ? failInOwnWindow(visit, id, error) : redirectWithProblem(visit, id, error);
  }
}

/** The new window shows the problem and closes; the first page shows it at the card. */
async function failInOwnWindow(visit: Visit, requirementId: string, error: unknown) {
  const { code } = describePageError(error);
  await storeNotice(visit.deps, { id: visit.session.id }, { requirementId, code });
  return showProblem(visit.c, error);
}

/** Asks for confirmation before a requirement is disconnected. */
export function askToDisconnect(visit: Visit): PageResponse {
  const { c, props } = visit;
  c.header('Content-Security-Policy', policyFor(props.app));
  return c.html(<DisconnectPage {...props} requirement={requireRequirement(visit)} />);
}

/** Disconnects a requirement. One that is not connected counts as disconnected. */
export async function disconnect(visit: Visit): Promise<Response> {
  const { deps, context, c, session, props } = visit;
  const { id } = requireRequirement(visit);
  try {
    await perform(disconnectRequirement, context, { requirementId: id });
  } catch (error) {
    if (!(error instanceof NotFoundError)) return redirectWithProblem(visit, id, error);
  }
  await forgetNotice(deps, session.id);
  return c.redirect(props.base, 303);
}

type DisconnectProps = PageProps & { requirement: PageRequirement };

function DisconnectPage(props: DisconnectProps) {
  const { app, userId, requirement, words, language, csrf, base } = props;
  const title = words.disconnectTitle(clip(requirement.title.text, 200));
  const unavailable = words.failures.unavailable.title;
  return (
    <Shell language={language} app={app} title={title}>
      <Head app={app} userId={userId} words={words} />
      <section class="card plain">
        <h2>
          <bdi>{title}</bdi>
        </h2>
        <p>{words.disconnectHint(appNameOf(app))}</p>
        <div class="actions">
          <form
            method="post"
            action={`${base}/requirements/${requirement.id}/disconnect`}
            data-stays
            data-unavailable={unavailable}
          >
            <input type="hidden" name="csrf" value={csrf} />
            <button class="main" type="submit">
              {words.disconnect}
            </button>
          </form>
          <a class="button" href={base} data-unavailable={unavailable}>
            {words.keep}
          </a>
        </div>
      </section>
    </Shell>
  );
}
