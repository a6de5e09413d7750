import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts in hundredths of a second, whatever its kernel ticks in. */
const ticksPerSecond = 100;

/** Processor time, in ticks, of the whole machine and of this process with all its descendants. */
export type ProcessorTime = { all: number; ours: number; at: number };

/**
 * Reads what the processor was used for so far. Interrupts are left out, most being this bench's own
 * network; time that a hypervisor gave to other machines counts.
 */
export function readProcessorTime(): ProcessorTime {
  const line = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0] ?? '';
  const [user = 0, nice = 0, system = 0, , , , , stolen = 0] = line
    .split(/ +/)
    .slice(1)
    .map(Number);
  return { all: user + nice + system + stolen, ours: readOurTime(), at: performance.now() };
}

/** How many cores everything but us kept busy in between. */
export function coresOfOthers(before: ProcessorTime, after: ProcessorTime): number {
  const ticks = after.all - before.all - (after.ours - before.ours);
  return ticks / ticksPerSecond / ((after.at - before.at) / 1_000);
}

/** Processor time that a process has used so far, in seconds. */
export function processorSeconds(pid: number): number {
  return (readUsage(String(pid))?.ticks ?? Number.NaN) / ticksPerSecond;
}

/** A process's resident memory in MiB. */
export function residentMemory(pid: number): number {
  const kib = /^VmRSS:\s*(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib) / 1_024;
}

type Usage = { pid: number; parent: number; ticks: number };

function readOurTime(): number {
  const usages = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => readUsage(pid) ?? []);
  const ticksBelow = (parent: number): number =>
    usages
      .filter((usage) => usage.parent === parent)
      .reduce((ticks, child) => ticks + child.ticks + ticksBelow(child.pid), 0);
  return (readUsage(String(process.pid))?.ticks ?? 0) + ticksBelow(process.pid);
}

/** Fields 4 and 14 to 17 of proc(5): parent, and times with those of children that have ended. */
function readUsage(pid: string): Usage | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + field, 0);
    return { pid: Number(pid), parent: fields[1] ?? 0, ticks };
  } catch {
    return undefined; // it has just ended
  }
}
