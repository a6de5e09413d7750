import { type Complaint, complaint } from './complaints.ts';

/*
 * Characters that nobody sees, because people paste them along with keys. `\p{DI}` contains those that
 * Unicode says to ignore, such as U+200B, the soft hyphen and direction marks. The blank Braille pattern
 * and the annotation marks are added to them. The two classes do not overlap, so that a pattern of them
 * goes over a text only once.
 */

const blanks = '\\t-\\r\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const invisibles = '\\p{DI}\\u2800\\ufff9-\\ufffb';

/** The pattern of text in which something can be seen. */
export const visiblePattern = `[^${blanks}${invisibles}]`;

/** The pattern of text in which nothing can be seen. */
export const blankPattern = `^[${blanks}${invisibles}]*$`;

/** The pattern of text with an invisible character between two visible ones. */
export const invisibleInsidePattern = `${visiblePattern}[${blanks}]*[${invisibles}][${blanks}${invisibles}]*${visiblePattern}`;

/** The pattern of an edge that {@link cutInvisibleEdges} cuts off. */
export const cutEdgePattern = `[${blanks}]*[${invisibles}][${blanks}${invisibles}]*`;

/** The pattern of a character that is neither a blank nor invisible, as in a field without blanks. */
export const denseCharacterPattern = `[^\\s${invisibles}]`;

const visible = new RegExp(visiblePattern, 'u');
const invisible = new RegExp(`[${invisibles}]`, 'u');

/** Returns whether nothing can be seen in the text. */
export function isBlank(text: string): boolean {
  return !visible.test(text);
}

/** Returns the text without the blanks and invisible characters around it. */
export function trimInvisible(text: string): string {
  const { start: inside, end } = edgesOf(text);
  return text.slice(inside, end);
}

/** Returns the text without invisible characters at its edges and the blanks between them. */
export function cutInvisibleEdges(text: string): string {
  const { start: inside, end } = edgesOf(text);
  const start = invisible.test(text.slice(0, inside)) ? inside : 0;
  return text.slice(start, invisible.test(text.slice(end)) ? end : undefined);
}

/** Returns where the visible part of a text begins and ends. */
function edgesOf(text: string): { start: number; end: number } {
  const characters = Array.from(text);
  const first = characters.findIndex((character) => visible.test(character));
  if (first === -1) return { start: text.length, end: text.length };
  const last = characters.findLastIndex((character) => visible.test(character));
  const before = characters.slice(0, first).join('').length;
  const after = characters.slice(last + 1).join('').length;
  return { start: before, end: text.length - after };
}

/** Returns a complaint about a key that contains an invisible character. */
export function findInvisible(text: string): Complaint | undefined {
  const [found] = invisible.exec(text) ?? [];
  if (found === undefined) return undefined;
  const code = (found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return complaint('invisible_character', { character: `U+${code}` });
}
