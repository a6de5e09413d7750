import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Job, JobOutcome, Measured } from './job.ts';

/** How long a child may take to start, or a job to end after its time, in milliseconds. */
const patience = 15_000;

/** A process that serves requests on loopback. */
export type Served = { pid: number; port: number; stop(): Promise<void> };

/** A process that sends them. */
export type Generator = { run(job: Job): Promise<Measured>; stop(): Promise<void> };

/** Starts a script of this folder that serves requests and reports its address. */
export async function startServer(script: string, args: string[]): Promise<Served> {
  const child = startScript(script, args);
  const { port } = (await nextMessage(child, patience)) as AddressInfo;
  return { pid: pidOf(child), port, stop: () => stopChild(child) };
}

export function startGenerator(): Generator {
  const child = startScript('./generator.ts', []);
  return {
    run: async (job) => {
      child.send(job);
      const outcome = (await nextMessage(child, job.seconds * 1_000 + patience)) as JobOutcome;
      if ('failure' in outcome) throw new Error(outcome.failure);
      return outcome.measured;
    },
    stop: () => stopChild(child),
  };
}

/** Ends a process and waits until it has; by force when it does not on its own. */
export async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await exited;
  clearTimeout(force);
}

export function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('A process did not start.');
  return pid;
}

function startScript(path: string, args: string[]): ChildProcess {
  const env = { ...process.env, NODE_ENV: 'production' };
  const child = fork(fileURLToPath(new URL(path, import.meta.url)), args, { env });
  process.once('exit', () => child.kill('SIGKILL'));
  return child;
}

async function nextMessage(child: ChildProcess, ms: number): Promise<unknown> {
  const done = new AbortController();
  const signal = AbortSignal.any([done.signal, AbortSignal.timeout(ms)]);
  const ended = once(child, 'exit', { signal }).then(() => {
    throw new Error('A process of the bench ended by itself.');
  });
  try {
    const [message] = await Promise.race([once(child, 'message', { signal }), ended]);
    return message;
  } finally {
    done.abort();
    ended.catch(() => {});
  }
}
