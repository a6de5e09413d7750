import type { Refused } from './credentials-form.tsx';
import { appNameOf, areAllDone, Head, isDone, LiveStatus, Shell } from './layout.tsx';
import { type CardNotice, findableText, RequirementCard } from './requirement-card.tsx';
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
    /** The words that the person searches for. */
    search: string | undefined;
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
  const isLong = requirements.length > mostUngrouped;
  const wanted = isLong ? (props.search ?? '') : '';
  const shown = requirements.filter((one) => matches(one, wanted));
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
          <>
            <p class="hint">{words.intro}</p>
            <Progress done={done} all={requirements.length} words={words} />
          </>
        )}
        {isLong && <Search base={base} wanted={wanted} words={words} />}
        {requirements.filter(isForm).length > 1 && (
          <noscript>
            <p class="hint">{words.onlyOneCard}</p>
          </noscript>
        )}
        {shown.length === 0 && isLong && <p role="status">{words.searchNone}</p>}
        {groupsOf(shown, isLong, words).map(({ title, members }) => (
          <section class="group">
            {title && <h2>{title}</h2>}
            <ol>
              {members.map((requirement) => (
                <RequirementCard
                  {...props}
                  requirement={requirement}
                  isInGroup={title !== undefined}
                  isFinished={isFinished}
                  isFailed={requirement.id === failed}
                  isOpen={requirement.id === first}
                />
              ))}
            </ol>
          </section>
        ))}
      </LiveStatus>
    </Shell>
  );
}

/** Maximum number of requirements without a search and without groups. */
const mostUngrouped = 8;

/** Whether a requirement contains every word of a search. */
function matches(requirement: PageRequirement, wanted: string): boolean {
  const text = findableText(requirement);
  const words = wanted.toLowerCase().split(/\s+/);
  return words.every((word) => text.includes(word));
}

/** One group without a title, or a group for each category in the order of the requirements. */
type Group = { title: string | undefined; members: PageRequirement[] };

function groupsOf(
  requirements: readonly PageRequirement[],
  isLong: boolean,
  { categories }: Words,
): Group[] {
  if (!isLong) return [{ title: undefined, members: [...requirements] }];
  const titles = new Map<string, string>(Object.entries(categories));
  const groups = new Map<string, Group>();
  for (const requirement of requirements) {
    const title = titles.get(requirement.type?.category ?? '') ?? categories.other;
    const group = groups.get(title) ?? { title, members: [] };
    group.members.push(requirement);
    groups.set(title, group);
  }
  return [...groups.values()];
}

function Progress({ done, all, words }: { done: number; all: number; words: Words }) {
  const text = words.progress(done, all);
  return (
    <p class="progress">
      <progress value={done} max={all} aria-label={text} />
      <span>{text}</span>
    </p>
  );
}

/** Finds requirements on the server; the script finds them while the person types. */
function Search({ base, wanted, words }: { base: string; wanted: string; words: Words }) {
  return (
    <search>
      <form class="search" action={base} data-search={words.searchNone}>
        <label for="search">{words.search}</label>
        <div>
          <input
            type="search"
            id="search"
            name="q"
            value={wanted}
            maxlength={100}
            autocomplete="off"
          />
          <button type="submit">{words.search}</button>
        </div>
        <p class="help" role="status">
          {wanted !== '' && (
            <a href={base} data-unavailable={words.failures.unavailable.title}>
              {words.showAll}
            </a>
          )}
        </p>
      </form>
    </search>
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
