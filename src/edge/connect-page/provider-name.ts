import { clip } from './clip.ts';
import { translate } from './complaints.ts';
import type { Language } from './language.ts';
import type { PageRequirement } from './load-page.ts';

/** Who a requirement is fulfilled at, as its button and its notices call them. */
export function providerName(
  { provider, type, title }: Pick<PageRequirement, 'provider' | 'type' | 'title'>,
  language: Language,
): string {
  return clip(translate(provider ?? type?.label ?? title, language).text, 60);
}
