import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, realpath, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeDataFolder, openNewPrivateFile } from '../private-file.ts';

/** The process that holds a folder. `pid` is undefined if the process does not respond. */
type Holder = { pid: number | undefined; since: string };

/** A lock that this process holds. It ends with `release` or with the process, even after `kill -9`. */
export type FolderLock = { release(): Promise<void> };

const answerMilliseconds = 2_000;
const lockAttempts = 5;

/**
 * Locks a folder for this process, and closes it to other users (0700). Two processes on one embedded
 * database would destroy it. The lock works within one machine and, on Linux, within one network namespace:
 * two containers on one volume do not see each other's lock.
 *
 * @throws Error that names the holder if another process holds the folder.
 */
export async function lockFolder(
  dataDir: string,
  platform: NodeJS.Platform = process.platform,
): Promise<FolderLock> {
  await makeDataFolder(dataDir);
  const folder = await realpath(dataDir);
  const taken = platform === 'linux' ? await takeSocket(folder) : await takeLockFile(folder);
  if ('release' in taken) return taken;
  throw new Error(describeHolder(folder, taken));
}

/**
 * Takes the lock as an abstract Unix socket (man 7 unix). It has a name but no file, and the kernel frees
 * the name when the process ends, so no lock can be left behind.
 */
async function takeSocket(folder: string): Promise<FolderLock | Holder> {
  const name = `\0patchbay-${createHash('sha256').update(folder).digest('hex')}`;
  for (let attempt = 0; attempt < lockAttempts; attempt++) {
    const server = await listenAsHolder(name);
    if (server !== undefined) {
      return { release: () => new Promise((done) => void server.close(() => done())) };
    }
    const holder = await askHolder(name);
    if (holder !== undefined) return holder;
  }
  return { pid: undefined, since: 'an unknown time' };
}

function listenAsHolder(name: string): Promise<Server | undefined> {
  const holder: Holder = { pid: process.pid, since: new Date().toISOString() };
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.end(JSON.stringify(holder));
  });
  server.unref();
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(name, () => resolve(server));
  });
}

/** Asks the holder who it is. It returns undefined if the holder has ended since then. */
function askHolder(name: string): Promise<Holder | undefined> {
  return new Promise((resolve) => {
    const socket = connect(name).setEncoding('utf8');
    let answer = '';
    socket.setTimeout(answerMilliseconds, () => {
      resolve({ pid: undefined, since: 'an unknown time' });
      socket.destroy();
    });
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('end', () => resolve(parseHolder(answer)));
    socket.on('error', () => resolve(undefined));
  });
}

function parseHolder(answer: string): Holder | undefined {
  try {
    return JSON.parse(answer) as Holder;
  } catch {
    return undefined;
  }
}

type Entry = Holder & { started: string };

/**
 * Takes the lock as a file, on systems without abstract sockets. The file holds the pid and the start time
 * of the holder, because the system can give the pid of an ended process to another one. The lock of an
 * ended process is replaced.
 */
async function takeLockFile(folder: string): Promise<FolderLock | Holder> {
  const path = join(folder, 'lock.json');
  const started = await startTimeOf(process.pid);
  const entry: Entry = { pid: process.pid, since: new Date().toISOString(), started };
  if (await createFile(path, entry)) return { release: () => rm(path, { force: true }) };
  const holder = await readLockEntry(path);
  if (holder?.pid !== undefined && (await startTimeOf(holder.pid)) === holder.started) {
    return holder;
  }
  await rm(path, { force: true });
  if (await createFile(path, entry)) return { release: () => rm(path, { force: true }) };
  return (await readLockEntry(path)) ?? { pid: undefined, since: 'a moment ago' };
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

async function readLockEntry(path: string): Promise<Entry | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Entry;
  } catch {
    return undefined;
  }
}

/** Returns the start time of a process from `ps`. Without `ps` it returns only whether the process exists. */
async function startTimeOf(pid: number): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)]);
    return stdout.trim();
  } catch {
    return isRunning(pid) ? 'alive' : 'gone';
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function describeHolder(folder: string, { pid, since }: Holder): string {
  return (
    `${folder} is in use by process ${pid ?? '(which does not answer)'} since ${since}. Two processes ` +
    'on one embedded database would destroy it: stop that process, or give this one another ' +
    'DATA_DIR, or run both on PostgreSQL with DATABASE_URL.'
  );
}
