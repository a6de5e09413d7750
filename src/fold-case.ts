/**
 * Text as names are searched by. Character by character: in a whole word a capital sigma becomes
 * another letter at its end, and so a prefix would not be found.
 */
export function foldCase(text: string): string {
  return Array.from(text, (character) => character.toUpperCase().toLowerCase()).join('');
}
