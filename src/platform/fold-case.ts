/**
 * Folds text for name search. It folds each character by itself: in a whole word, a capital sigma becomes
 * another letter at the end, and a search for a prefix would miss it.
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
