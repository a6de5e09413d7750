/*
 * Characters that nobody sees. `\p{DI}` has those that Unicode says to ignore, such as U+200B, the soft
 * hyphen and direction marks; the blank Braille pattern and the annotation marks come with them. The
 * classes do not overlap, so that no pattern of them goes over a text twice.
 */

const blanks = '\\t-\\r\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const invisibles = '\\p{DI}\\u2800\\ufff9-\\ufffb';

/** Text in which something can be seen, as the source of a pattern. */
export const visiblePattern = `[^${blanks}${invisibles}]`;

/** Text in which nothing can be seen. */
export const blankPattern = `^[${blanks}${invisibles}]*$`;

/** An invisible character between two that can be seen. */
export const invisibleInsidePattern = `${visiblePattern}[${blanks}]*[${invisibles}][${blanks}${invisibles}]*${visiblePattern}`;

const visible = new RegExp(visiblePattern, 'u');
const invisible = new RegExp(`[${invisibles}]`, 'u');

/** Whether nothing can be seen in the text. */
export function isBlank(text: string): boolean {
  return !visible.test(text);
}

/** The text without the blanks and the invisible characters around it. */
export function trimInvisible(text: string): string {
  const { start: inside, end } = edgesOf(text);
  return text.slice(inside, end);
}

/** The text without invisible characters at its edges, and without the blanks that are among them. */
export function cutInvisibleEdges(text: string): string {
  const { start: inside, end } = edgesOf(text);
  const start = invisible.test(text.slice(0, inside)) ? inside : 0;
  return text.slice(start, invisible.test(text.slice(end)) ? end : undefined);
}

/** Where the visible part of a text begins and ends. */
function edgesOf(text: string): { start: number; end: number } {
  const characters = Array.from(text);
  const first = characters.findIndex((character) => visible.test(character));
  if (first === -1) return { start: text.length, end: text.length };
  const last = characters.findLastIndex((character) => visible.test(character));
  const before = characters.slice(0, first).join('').length;
  const after = characters.slice(last + 1).join('').length;
  return { start: before, end: text.length - after };
}

/** What is wrong with a key that holds an invisible character. */
export function findInvisible(text: string): string | undefined {
  const [found] = invisible.exec(text) ?? [];
  if (found === undefined) return undefined;
  const code = (found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return `holds the invisible character U+${code}: copy it again`;
}
