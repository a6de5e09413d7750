const tolerated = 5;
const firstPause = 5_000;
const longestPause = 60_000;

/** Leaves a host alone for a while after it failed several times in a row. */
export function createHostBreaker(now: () => number) {
  const hosts = new Map<string, { failures: number; until: number }>();
  return {
    /** The hosts to leave alone now. */
    avoided(): string[] {
      return [...hosts].filter(([, { until }]) => until > now()).map(([host]) => host);
    },
    succeeded(host: string): void {
      hosts.delete(host);
    },
    failed(host: string): void {
      const failures = (hosts.get(host)?.failures ?? 0) + 1;
      const over = failures - tolerated;
      const pause = over < 0 ? 0 : Math.min(firstPause * 2 ** over, longestPause);
      hosts.set(host, { failures, until: now() + pause });
    },
  };
}
