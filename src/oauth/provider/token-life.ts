/** How long an access token lives when the provider says nothing but gives a refresh token, in seconds. */
const unsaidLife = 3_600;

/** The life of an access token in seconds; null: it does not end. */
export function lifeOf(expiresIn: number | undefined, isRefreshable: boolean): number | null {
  return expiresIn ?? (isRefreshable ? unsaidLife : null);
}

/** How much of its life, in seconds, a token must have left to be handed out without a refresh. */
export function freshFor(life: number): number {
  return Math.min(60, life / 10);
}

/** When a token is refreshed ahead of its end: after 70 to 80 % of its life, in seconds from its start. */
export function refreshAfter(life: number, random: () => number): number {
  return life * (0.7 + 0.1 * random());
}

const longestPause = { passing: 60, refused: 900, unclear: 900 };

/** How long to wait after so many failures in a row, in seconds: twice as long each time, with jitter. */
export function pauseAfter(
  kind: keyof typeof longestPause,
  failures: number,
  random: () => number,
): number {
  const full = Math.min(2 ** Math.min(failures, 12), longestPause[kind]);
  return full * (0.5 + 0.5 * random());
}
