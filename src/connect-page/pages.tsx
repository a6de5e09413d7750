import { clip } from './clip.ts';
import type { Language } from './language.ts';
import { Shell } from './layout.tsx';
import type { PageApp, PageContent, PageRequirement } from './load-page.ts';
import { type Drawing, type Refused, RequirementCard } from './requirement.tsx';
import type { Words } from './words.ts';

/** Whose page it is: said before anything can be typed. */
export type Named = { app: PageApp; userId: string };

export type Notice = { kind: 'good' | 'bad'; text: string };

type ConnectPageProps = Drawing &
  Named & {
    requirements: PageContent['requirements'];
    notice: Notice | undefined;
    refused: Refused | undefined;
    /** What is waited for, and where the page looks again. */
    waiting: { requirementId: string; url: string | undefined } | undefined;
  };

/** The list of what an app asks for, the next thing to do open. */
export function ConnectPage(props: ConnectPageProps) {
  const { app, userId, requirements, words, language, notice, refused, waiting } = props;
  const name = nameOf(app);
  const done = requirements.filter(isDone).length;
  const isFinished = done === requirements.length && done > 0;
  const first = refused?.requirementId ?? requirements.find((one) => !isDone(one))?.id;
  const refresh = waiting?.url === undefined ? undefined : { seconds: 3, url: waiting.url };
  return (
    <Shell {...{ language, app, title: words.title(name), refresh }}>
      <Head {...{ app, userId, words }} />
      <div
        data-origins={app.allowedOrigins.join(' ')}
        data-status={isFinished ? 'completed' : 'pending'}
      >
        {notice && !(isFinished && notice.kind === 'good') && (
          <p class={`alert ${notice.kind}`} role={notice.kind === 'bad' ? 'alert' : 'status'}>
            {notice.text}
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
        <ol>
          {requirements.map((requirement) => (
            <RequirementCard
              {...props}
              requirement={requirement}
              isOpen={requirement.id === first}
            />
          ))}
        </ol>
      </div>
    </Shell>
  );
}

function isDone({ state }: PageRequirement): boolean {
  return state.status === 'completed';
}

export function nameOf({ displayName, name }: PageApp): string {
  return clip(displayName ?? name, 120);
}

function Head({ app, userId, words }: Named & { words: Words }) {
  return (
    <header>
      {app.logoUrl && <img class="logo" src={app.logoUrl} alt="" width="192" height="48" />}
      <h1>
        <bdi>{words.title(nameOf(app))}</bdi>
      </h1>
      <p class="who">
        {words.for} <strong dir="auto">{clip(userId, 255)}</strong>
      </p>
    </header>
  );
}

function Waiting({ words, base, isOver }: { words: Words; base: string; isOver: boolean }) {
  return (
    <div class="alert" role="status">
      <p>{isOver ? words.waitedEnough : words.waiting}</p>
      <a href={base}>{words.lookAgain}</a>
    </div>
  );
}

function Finished({ app, words }: { app: PageApp; words: Words }) {
  return (
    <section class="alert good">
      <h2 class="completed">{words.done}</h2>
      <p>{words.doneHint(nameOf(app))}</p>
      {app.returnUrl && (
        <a class="button main" href={app.returnUrl}>
          {words.backTo(nameOf(app))}
        </a>
      )}
    </section>
  );
}

type DisconnectProps = Drawing & Named & { requirement: PageRequirement };

/** Asks before anything is taken away. */
export function DisconnectPage({
  app,
  userId,
  requirement,
  words,
  language,
  csrf,
  base,
}: DisconnectProps) {
  const title = words.disconnectTitle(clip(requirement.title, 200));
  return (
    <Shell {...{ language, app, title }}>
      <Head {...{ app, userId, words }} />
      <section class="card plain">
        <h2>
          <bdi>{title}</bdi>
        </h2>
        <p>{words.disconnectHint(nameOf(app))}</p>
        <div class="actions">
          <form method="post" action={`${base}/requirements/${requirement.id}/disconnect`}>
            <input type="hidden" name="csrf" value={csrf} />
            <button class="main" type="submit">
              {words.disconnect}
            </button>
          </form>
          <a class="button" href={base}>
            {words.keep}
          </a>
        </div>
      </section>
    </Shell>
  );
}

/** Asks a browser that was somebody else's before. */
export function SwitchPage({ app, userId, words, language, csrf, base }: Drawing & Named) {
  return (
    <Shell {...{ language, app, title: words.switchTitle }}>
      <Head {...{ app, userId, words }} />
      <section class="card plain">
        <h2>{words.switchTitle}</h2>
        <p>{words.switchHint(nameOf(app), clip(userId, 255))}</p>
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

type LeavingProps = Named & { words: Words; language: Language; provider: string; url: string };

/* A redirect after a form would have to be allowed by `form-action`, for every provider there is. */
/** Sends the browser on to a provider. */
export function LeavingPage({ app, userId, words, language, provider, url }: LeavingProps) {
  const title = words.leaving(clip(provider, 60));
  return (
    <Shell {...{ language, app, title, refresh: { seconds: 0, url } }}>
      <Head {...{ app, userId, words }} />
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

export type Failure = keyof Words['failures'];

/** What went wrong, and what to do. */
export function FailurePage({
  failure,
  words,
  language,
}: {
  failure: Failure;
  words: Words;
  language: Language;
}) {
  const { title, text } = words.failures[failure];
  return (
    <Shell {...{ language, title }}>
      <section class="card plain">
        <h1>{title}</h1>
        <p>{text}</p>
      </section>
    </Shell>
  );
}
