import { startCluster } from '../test/setup/cluster.ts';
import { administer } from '../test/setup/postgresql.ts';
import { seedBaselines } from './baseline.data.ts';
import { type Generator, startGenerator, startServer } from './children.ts';
import { coresOfOthers, processorSeconds, readProcessorTime, residentMemory } from './machine.ts';
import { startPatchbay } from './patchbay.ts';
import { type Results, report, type Sample } from './report.ts';
import { seedPatchbay } from './seed.ts';
import { readSettings } from './settings.ts';
import { baselineTargets, patchbayTargets, type Target } from './targets.ts';

/** How many rows each side has. */
const rows = 200;

const settings = readSettings(process.argv.slice(2));
const stops: (() => Promise<void>)[] = [];
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void stopAll().finally(() => process.exit(1)));
}
try {
  const targets = await startTargets();
  const results = await measureAll(targets, keep(startGenerator()));
  process.stdout.write(`\n${describeRun()}\n\n${report(results)}`);
} finally {
  await stopAll();
}

async function startTargets(): Promise<Target[]> {
  say(`Starting PostgreSQL and the servers, and storing ${rows} connections …`);
  const cluster = keep(await startCluster({ fsync: settings.fsync ? 'on' : 'off' }));
  for (const name of ['patchbay', 'baseline']) {
    await administer(cluster.url(), `CREATE DATABASE ${name}`);
  }
  const ids = await seedBaselines(cluster.url('baseline'), rows);
  const list = keep(await startServer('./baseline.ts', ['list', cluster.url('baseline')]));
  const open = keep(await startServer('./baseline.ts', ['open', cluster.url('baseline')]));
  const service = keep(await startServer('./forwarder.ts', ['service']));
  const forward = keep(await startServer('./forwarder.ts', ['forward', String(service.port)]));
  const patchbay = keep(await startPatchbay(cluster.url('patchbay')));
  const seeded = await seedPatchbay(patchbay, rows, `http://127.0.0.1:${service.port}`);
  await administer(cluster.url('patchbay'), 'VACUUM ANALYZE');
  const all = [
    ...baselineTargets({ list, open, forward }, ids),
    ...patchbayTargets(patchbay, seeded),
  ];
  const { only } = settings;
  return all.filter(({ name }) => only.length === 0 || only.includes(name));
}

/** Loads one target at a time, each once a round. */
async function measureAll(targets: readonly Target[], generator: Generator): Promise<Results> {
  say(`Warming up, ${settings.warmUpSeconds} s each …`);
  for (const target of targets) await measure(target, generator, settings.warmUpSeconds);
  const results = new Map<Target, Sample[]>(targets.map((target) => [target, []]));
  for (let round = 1; round <= settings.rounds; round += 1) {
    say(`Round ${round} of ${settings.rounds} …`);
    for (const [target, samples] of results) {
      samples.push(await measure(target, generator, settings.seconds));
    }
  }
  return results;
}

async function measure(target: Target, generator: Generator, seconds: number): Promise<Sample> {
  const { served, job, title } = target;
  const before = readProcessorTime();
  const used = processorSeconds(served.pid);
  const run = generator.run({ ...job, port: served.port, clients: settings.clients, seconds });
  const measured = await run.catch((error: Error) => {
    throw new Error(`${title}: ${error.message}`);
  });
  const othersCores = coresOfOthers(before, readProcessorTime());
  const cpu = ((processorSeconds(served.pid) - used) * 1e6) / (measured.perSecond * seconds);
  return { ...measured, cpu, memory: residentMemory(served.pid), othersCores };
}

function describeRun(): string {
  const { rounds, seconds, clients, fsync } = settings;
  return `Medians of ${rounds} rounds of ${seconds} s, ${clients} connections, Node ${process.versions.node}, PostgreSQL with fsync ${fsync ? 'on' : 'off'}.`;
}

function keep<Kept extends { stop(): Promise<void> }>(started: Kept): Kept {
  stops.push(started.stop);
  return started;
}

async function stopAll(): Promise<void> {
  for (let stop = stops.pop(); stop !== undefined; stop = stops.pop()) await stop();
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
