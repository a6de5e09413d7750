/**
 * Text as names are searched by. Character by character: in a whole word a capital sigma becomes
 * another letter at its end, and so a prefix would not be found.
 */
export function foldCase(text: string): string {
  return Array.from(text, (character) => character.toUpperCase().toLowerCase()).join('');
}

/**
 * Folds an email address for comparison: ASCII letters only. Unicode folds letters such as U+0131 to
 * ASCII, so that one person's address would become another person's.
 */
export function foldEmail(address: string): string {
  return address.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
