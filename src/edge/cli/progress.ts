import type { OnProgress } from '../../core/key-rotation/rewrap.ts';

/** Width of the bar in characters. */
const barWidth = 30;

/** Pause in milliseconds between two lines of progress if there is no terminal. */
const linePause = 5_000;

/** Shows progress on standard error: a bar on a terminal, otherwise a line now and then. */
export function showProgress(what: string): OnProgress {
  const { isTTY } = process.stderr;
  let shownAt = -Infinity;
  return (done, total) => {
    const isLast = done >= total;
    if (!isLast && performance.now() - shownAt < (isTTY ? 100 : linePause)) return;
    shownAt = performance.now();
    if (isTTY) process.stderr.write(`\r${bar(done, total)} ${what}${isLast ? '\n' : ''}`);
    else process.stderr.write(`${what}: ${done} of ${total}\n`);
  };
}

function bar(done: number, total: number): string {
  const share = total === 0 ? 1 : done / total;
  const filled = Math.round(share * barWidth);
  const percent = `${Math.floor(share * 100)} %`.padStart(5);
  return `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)}${percent}`;
}
