import type { Measured } from './job.ts';
import type { Target } from './targets.ts';

/** How much of a core others may use, on average, before a ratio would be about them. */
const quiet = 0.15;

/** One round of one target: `cpu` in microseconds a request, `memory` in MiB, both of who served. */
export type Sample = Measured & { cpu: number; memory: number; othersCores: number };

export type Results = ReadonlyMap<Target, readonly Sample[]>;

/** The table as Markdown; without ratios, and with the reason, when the machine did other things. */
export function report(results: Results): string {
  const others = meanFromZero([...results.values()].flat().map(({ othersCores }) => othersCores));
  const isQuiet = others <= quiet;
  const rows = [...results.keys()].map((target) => tableRow(results, target, isQuiet));
  const percent = `${(others * 100).toFixed(0)} % of a core`;
  const verdict = isQuiet
    ? `Everything else on this machine used ${percent} during the rounds.`
    : `No ratios: everything else on this machine used ${percent} during the rounds, and more than ${quiet * 100} % makes them a matter of chance. Run this again when the machine is quiet.`;
  return [...header, ...rows, '', verdict, ''].join('\n');
}

const header = [
  '| target | req/s | p50 ms | p99 ms | CPU µs | RSS MiB | ratio | reach |',
  '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
];

function tableRow(results: Results, target: Target, isQuiet: boolean): string {
  const samples = results.get(target) ?? [];
  const rate = median(samples.map(({ perSecond }) => perSecond));
  const ratio = isQuiet ? ratioOf(results, target, rate) : undefined;
  const { against } = target;
  const cells = [
    target.title,
    rate.toFixed(0),
    median(samples.map(({ p50 }) => p50)).toFixed(2),
    median(samples.map(({ p99 }) => p99)).toFixed(2),
    median(samples.map(({ cpu }) => cpu)).toFixed(0),
    Math.max(...samples.map(({ memory }) => memory)).toFixed(0),
    ratio === undefined ? '–' : `${ratio.toFixed(2)} of (${against?.name})`,
    against?.reach === undefined ? '–' : `≥ ${against.reach.toFixed(2)}`,
  ];
  return `| ${cells.join(' | ')} |`;
}

function ratioOf(results: Results, { against }: Target, rate: number): number | undefined {
  const baseline = [...results.keys()].find(({ name }) => name === against?.name);
  if (baseline === undefined) return undefined;
  return rate / median((results.get(baseline) ?? []).map(({ perSecond }) => perSecond));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  const below = sorted[Math.ceil(middle) - 1] ?? Number.NaN;
  return (below + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}

/* Clocks that tick apart can make it less than nothing. */
function meanFromZero(values: readonly number[]): number {
  return Math.max(0, values.reduce((sum, value) => sum + value, 0) / values.length);
}
