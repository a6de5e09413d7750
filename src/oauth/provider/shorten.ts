const longestWords = 200;

/**
 * Shortens a provider's words so that they can be shown as text and logged: without values that were sent to
 * it, without control, format and direction characters, and to 200 characters.
 */
export function shorten(words: string | undefined, secrets: readonly string[]): string | undefined {
  if (words === undefined) return undefined;
  let text = words;
  for (const secret of secrets) {
    if (secret === '') continue;
    text = text.replaceAll(secret, '…').replaceAll(encodeURIComponent(secret), '…');
  }
  const plain = text
    .slice(0, 10 * longestWords)
    .replace(/[\p{C}\p{Z}]+/gu, ' ')
    .trim();
  const letters = [...plain];
  if (letters.length === 0) return undefined;
  return letters.length > longestWords ? `${letters.slice(0, longestWords - 1).join('')}…` : plain;
}
