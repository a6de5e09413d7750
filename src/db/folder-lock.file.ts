import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openNewPrivateFile } from '../private-file.ts';
import type { FolderLock, Holder } from './folder-lock.ts';

type Entry = Holder & { started: string };

/**
 * The lock where there are no abstract sockets: a file with the holder's pid and start time, which
 * tells a pid that was given to another process since. What a dead holder left is taken over.
 */
export async function takeLockFile(folder: string): Promise<FolderLock | Holder> {
  const path = join(folder, 'lock.json');
  const started = await startTimeOf(process.pid);
  const entry: Entry = { pid: process.pid, since: new Date().toISOString(), started };
  if (await createFile(path, entry)) return { release: () => rm(path, { force: true }) };
  const holder = await readEntry(path);
  if (holder?.pid !== undefined && (await startTimeOf(holder.pid)) === holder.started) {
    return holder;
  }
  await rm(path, { force: true });
  if (await createFile(path, entry)) return { release: () => rm(path, { force: true }) };
  return (await readEntry(path)) ?? { pid: undefined, since: 'a moment ago' };
}

async function createFile(path: string, entry: Entry): Promise<boolean> {
  try {
    const file = await openNewPrivateFile(path);
    await file.writeFile(JSON.stringify(entry)).finally(() => file.close());
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function readEntry(path: string): Promise<Entry | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Entry;
  } catch {
    return undefined;
  }
}

/** When a process began, as `ps` has it; without `ps`, whether it is there at all. */
async function startTimeOf(pid: number): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)]);
    return stdout.trim();
  } catch {
    return isAlive(pid) ? 'alive' : 'gone';
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
