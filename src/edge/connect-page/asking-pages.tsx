import { clip } from './clip.ts';
import type { Language } from './language.ts';
import { Shell } from './layout.tsx';
import type { PageRequirement } from './load-page.ts';
import { Head, type Named, nameOf } from './page-head.tsx';
import type { Drawing } from './requirement.tsx';
import type { Words } from './words.ts';

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
  const unavailable = words.failures.unavailable.title;
  return (
    <Shell {...{ language, app, title }}>
      <Head {...{ app, userId, words }} />
      <section class="card plain">
        <h2>
          <bdi>{title}</bdi>
        </h2>
        <p>{words.disconnectHint(nameOf(app))}</p>
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

type DoorProps = Named & {
  words: Words;
  language: Language;
  token: string;
  /** Whether the script presses the button. */
  pressesItself: boolean;
};

/** Asks before a link's token is exchanged. */
export function DoorPage({ app, userId, words, language, token, pressesItself }: DoorProps) {
  const title = words.title(nameOf(app));
  return (
    <Shell {...{ language, app, title, referrer: 'strict-origin' }}>
      <Head {...{ app, userId, words }} />
      <section class="card plain">
        <p>{words.doorHint(nameOf(app))}</p>
        <form
          method="post"
          action="/connect"
          data-door={pressesItself ? 'press' : 'wait'}
          data-unavailable={words.failures.unavailable.title}
        >
          <input type="hidden" name="token" value={token} autocomplete="off" />
          <button class="main" type="submit" autofocus>
            {words.doorGo}
          </button>
        </form>
      </section>
    </Shell>
  );
}
