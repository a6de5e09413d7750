import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { shortLived } from '../helpers/process.ts';
import { bundleScript } from '../helpers/script.ts';

/** Starts a TypeScript file in its own process. */
export function startFile(file: string, ...args: string[]) {
  const options = [...shortLived, bundleScript(file), ...args];
  return spawn(process.execPath, options, { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Runs a TypeScript file to its end; returns its output. */
export async function runFile(file: string, ...args: string[]): Promise<string> {
  const child = startFile(file, ...args);
  const [printed, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  if (code !== 0) throw new Error(`${file} ended with code ${code}.`);
  return printed;
}

/** Kills a process. */
export async function killProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
