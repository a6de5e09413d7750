import { Shell } from './layout.tsx';
import { areAllDone, isDone, Live } from './live.tsx';
import type { PageApp, PageContent, PageRequirement } from './load-page.ts';
import { Head, type Named, nameOf } from './page-head.tsx';
import { type CardNotice, type Drawing, type Refused, RequirementCard } from './requirement.tsx';
import type { Words } from './words.ts';

type RequirementsPageProps = Drawing &
  Named & {
    requirements: PageContent['requirements'];
    complaint?: string;
    notice?: CardNotice;
    refused?: Refused;
    /** What is waited for, and where the page looks again. */
    waiting?: { requirementId: string; url: string | undefined };
    /** When something went wrong last. */
    failedAt: string | undefined;
  };

/** The list of what an app asks for, the next thing to do open. */
export function RequirementsPage(props: RequirementsPageProps) {
  const { app, userId, requirements, words, language, complaint, notice, refused, waiting } = props;
  const name = nameOf(app);
  const done = requirements.filter(isDone).length;
  const isFinished = areAllDone(requirements);
  const failed =
    refused?.requirementId ?? (notice?.kind === 'bad' ? notice.requirementId : undefined);
  const first = failed ?? requirements.find((one) => !isDone(one))?.id;
  const { failedAt } = props;
  const again = waiting?.url;
  const refresh =
    again === undefined ? undefined : { seconds: 3, url: again, unlessScripted: true };
  return (
    <Shell {...{ language, app, title: words.title(name), refresh }}>
      <Head {...{ app, userId, words }} />
      <Live
        {...{ app, base: props.base, requirements, failedAt, isWaiting: refresh !== undefined }}
      >
        {complaint && (
          <p class="alert bad" role="alert">
            {complaint}
          </p>
        )}
        {waiting && <Waiting {...{ words, base: props.base, isOver: waiting.url === undefined }} />}
        {isFinished && <Finished {...{ app, words }} />}
        {requirements.length === 0 && <p>{words.nothingAsked}</p>}
        {requirements.length > 0 && !isFinished && (
          <p class="hint">
            {words.intro} {words.progress(done, requirements.length)}.
          </p>
        )}
        {requirements.filter(isForm).length > 1 && (
          <noscript>
            <p class="hint">{words.onlyOneCard}</p>
          </noscript>
        )}
        <ol>
          {requirements.map((requirement) => (
            <RequirementCard
              {...props}
              {...{ requirement, isFinished }}
              isOpen={requirement.id === first}
            />
          ))}
        </ol>
      </Live>
    </Shell>
  );
}

function isForm(requirement: PageRequirement): boolean {
  return !isDone(requirement) && requirement.provider === null;
}

function Waiting({ words, base, isOver }: { words: Words; base: string; isOver: boolean }) {
  return (
    <div class="alert" role="status">
      <p data-over={words.waitedEnough}>{isOver ? words.waitedEnough : words.waiting}</p>
      <a href={base} data-unavailable={words.failures.unavailable.title}>
        {words.lookAgain}
      </a>
    </div>
  );
}

function Finished({ app, words }: { app: PageApp; words: Words }) {
  return (
    <section class="alert good" id="finished">
      <h2 class="completed">{words.done}</h2>
      <p>{words.doneHint(nameOf(app))}</p>
      {app.returnUrl && (
        <a class="button main" href={app.returnUrl} target="_top">
          {words.backTo(nameOf(app))}
        </a>
      )}
    </section>
  );
}
