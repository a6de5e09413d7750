import { clip } from './clip.ts';
import { translate } from './complaints.ts';
import type { Language } from './language.ts';
import { Shell } from './layout.tsx';
import { Live } from './live.tsx';
import type { PageRequirement } from './load-page.ts';
import { Head, type Named } from './page-head.tsx';
import type { Drawing } from './requirement.tsx';
import type { ProblemCode, Words } from './words.ts';

type Spoken = { words: Words; language: Language };

type LeavingProps = Named & Spoken & { provider: string; url: string };

/* A redirect after a form would have to be allowed by `form-action`, for every provider there is. */
/** Sends the browser on to a provider. */
export function LeavingPage({ app, userId, words, language, provider, url }: LeavingProps) {
  const title = words.leaving(clip(translate(provider, language).text, 60));
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

type HandoffProps = Drawing &
  Named & {
    requirements: readonly PageRequirement[];
    requirementId: string;
    provider: string;
    handle: string;
  };

/** Leads out of a frame, and waits in it. */
export function HandoffPage(props: HandoffProps) {
  const { app, userId, words, language, base, requirements, requirementId, handle } = props;
  const provider = clip(translate(props.provider, language).text, 60);
  // Time to read and press the button; after it the page is the list again, and waits.
  const waiting = `${base}?status=success&requirement=${requirementId}&looks=1`;
  const refresh = { seconds: 20, url: waiting, unlessScripted: true };
  return (
    <Shell {...{ language, app, title: words.leaving(provider), refresh }}>
      <Head {...{ app, userId, words }} />
      <Live {...{ app, base, requirements, isWaiting: true }}>
        <section class="card plain">
          <h2>{words.leaving(provider)}</h2>
          <p role="status" data-over={words.waitedEnough}>
            {words.handoff(provider)}
          </p>
          <div class="actions">
            <form method="post" action="/connect/handoff" target="_blank" rel="noopener">
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
      </Live>
    </Shell>
  );
}

type DoneProps = Spoken & { problem: ProblemCode | undefined };

/** The end of a window of its own. */
export function DonePage({ words, language, problem }: DoneProps) {
  const title = problem === undefined ? words.completed : words.notConnected;
  return (
    <Shell {...{ language, title }}>
      <section class="card plain" data-close>
        <h1 class={problem === undefined ? 'completed' : undefined}>{title}</h1>
        {problem && <p>{words.problems[problem](words.theProvider, {})}</p>}
        <p>{problem === undefined ? words.windowDone : words.windowFailed}</p>
      </section>
    </Shell>
  );
}
