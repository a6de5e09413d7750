import type { OnProgress } from '../../core/key-rotation/progress.ts';

const barWidth = 30;
/** Without a terminal: how often a line is written, in milliseconds. */
const linePause = 5_000;

/** Shows how far something has come on standard error: a bar on a terminal, otherwise now and then a line. */
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
