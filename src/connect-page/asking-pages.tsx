import { clip } from './clip.ts';
import { Shell } from './layout.tsx';
import type { PageRequirement } from './load-page.ts';
import { Head, type Named, nameOf } from './page-head.tsx';
import type { Drawing } from './requirement.tsx';

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
