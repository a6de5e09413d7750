import { clip } from './clip.ts';
import type { PageApp } from './load-page.ts';
import type { Words } from './words.ts';

/** Whose page it is: said before anything can be typed. */
export type Named = { app: PageApp; userId: string };

export function nameOf({ displayName, name }: PageApp): string {
  return clip(displayName ?? name, 120);
}

/** Whose page it is, at its top. */
export function Head({ app, userId, words }: Named & { words: Words }) {
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
