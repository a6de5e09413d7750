import type { Language } from './language.ts';
import { Shell } from './layout.tsx';
import type { Words } from './words.ts';

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
