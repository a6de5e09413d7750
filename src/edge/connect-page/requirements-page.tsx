import type { Refused } from './credentials-form.tsx';
import { appNameOf, areAllDone, Head, isDone, LiveStatus, Shell } from './layout.tsx';
import { type CardNotice, RequirementCard } from './requirement-card.tsx';
import type { PageApp, PageProps, PageRequirement } from './visit.ts';
import type { Words } from './words/words.en.ts';

/** The messages of the list of requirements. */
export type ListMessages = {
  /** A message above the list. */
  complaint?: string;
  /** A message at a card. */
  notice?: CardNotice;
  refused?: Refused;
  /** The requirement that the page waits for, and the address of its next look. */
  waiting?: { requirementId: string; url: string | undefined };
};

type RequirementsPageProps = PageProps &
  ListMessages & {
    requirements: readonly PageRequirement[];
    /** The time of the last failure. */
    failedAt: string | undefined;
  };

/** The list of an app's requirements. The first card that needs the person's attention is open. */
export function RequirementsPage(props: RequirementsPageProps) {
  const { app, userId, requirements, words, language, base, failedAt } = props;
  const { complaint, notice, refused, waiting } = props;
  const done = requirements.filter(isDone).length;
  const isFinished = areAllDone(requirements);
  const failed =
    refused?.requirementId ?? (notice?.kind === 'bad' ? notice.requirementId : undefined);
  const first = failed ?? requirements.find((one) => !isDone(one))?.id;
  const again = waiting?.url;
  const refresh =
    again === undefined ? undefined : { seconds: 3, url: again, unlessScripted: true };
  return (
    <Shell language={language} app={app} title={words.title(appNameOf(app))} refresh={refresh}>
      <Head app={app} userId={userId} words={words} />
      <LiveStatus
        app={app}
        base={base}
        requirements={requirements}
        failedAt={failedAt}
        isWaiting={refresh !== undefined}
      >
        {complaint && (
          <p class="alert bad" role="alert">
            {complaint}
          </p>
        )}
        {waiting && <Waiting words={words} base={base} isOver={waiting.url === undefined} />}
        {isFinished && <Finished app={app} words={words} />}
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
              requirement={requirement}
              isFinished={isFinished}
              isOpen={requirement.id === first}
            />
          ))}
        </ol>
      </LiveStatus>
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
      <p>{words.doneHint(appNameOf(app))}</p>
      {app.returnUrl && (
        <a class="button main" href={app.returnUrl} target="_top">
          {words.backTo(appNameOf(app))}
        </a>
      )}
    </section>
  );
}
