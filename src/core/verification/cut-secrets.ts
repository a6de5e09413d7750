/** Maximum length of a text of a service in characters. */
const longestReason = 200;

/** Length of a part of a secret that must not stay in a text. A shorter part reveals little. */
const shortestPart = 8;

/** Maximum number of parts that are looked for: those of a private key of 4096 bits. */
const mostParts = 8_192;

/**
 * Creates a function that makes a service's own text fit to be shown: it has one line, at most 200
 * characters, and neither a secret nor a longer part of one. Many services repeat the key that they refuse,
 * whole or with stars in its middle.
 */
export function createSecretCutter(secrets: readonly string[]): (text: string) => string {
  const forms = secrets.flatMap((secret) => [secret, encodeURIComponent(secret.toWellFormed())]);
  const whole = [...new Set(forms)].filter((form) => form !== '');
  const parts = new Set<string>();
  for (const form of whole) {
    for (let at = 0; at + shortestPart <= form.length && parts.size < mostParts; at += 1) {
      parts.add(form.slice(at, at + shortestPart));
    }
  }
  return (text) => {
    const words = oneLine(text).split(' ');
    const masked = words.map((word) => (word.includes('**') ? '…' : word)).join(' ');
    const isHidden = new Array<boolean>(masked.length).fill(false);
    const hide = (at: number, length: number) => isHidden.fill(true, at, at + length);
    for (const form of whole) {
      for (let at = masked.indexOf(form); at >= 0; at = masked.indexOf(form, at + 1)) {
        hide(at, form.length);
      }
    }
    for (let at = 0; at + shortestPart <= masked.length; at += 1) {
      if (parts.has(masked.slice(at, at + shortestPart))) hide(at, shortestPart);
    }
    let result = '';
    for (let at = 0; at < masked.length; at += 1) {
      if (!isHidden[at]) result += masked[at];
      else if (!isHidden[at - 1]) result += '…';
    }
    return shortenReason(result.trim().toWellFormed());
  };
}

/** Replaces control characters and marks of direction, which can change how the text around them looks. */
function oneLine(text: string): string {
  return text
    .slice(0, 4 * longestReason)
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll(/\s+/g, ' ');
}

function shortenReason(text: string): string {
  return text.length <= longestReason
    ? text
    : `${text.slice(0, longestReason - 1).toWellFormed()}…`;
}
