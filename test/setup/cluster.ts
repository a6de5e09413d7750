import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chownSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { type Account, findAccount, findBinaries, findFreePort } from './installation.ts';

/** A throw-away PostgreSQL server on loopback, with a superuser `postgres` and no password. */
export type Cluster = {
  url(database?: string): string;
  /** The folder of its files; copy them only after {@link Cluster.halt}. */
  data: string;
  /** Stops the server cleanly. */
  halt(): Promise<void>;
  /** Stops the server cleanly and deletes its folder. */
  stop(): Promise<void>;
  /** Crashes the server: every session ends at once. */
  crash(): Promise<void>;
  /** Starts it again on the same port after {@link Cluster.crash}. */
  restart(): Promise<void>;
  /** Freezes the server and all its sessions, which stay connected but do not respond. */
  pause(): void;
  resume(): void;
};

const defaults = {
  listen_addresses: '127.0.0.1',
  max_connections: '200',
  log_min_messages: 'fatal',
  fsync: 'off',
  full_page_writes: 'off',
  jit: 'off',
};

/**
 * Creates and starts a server; `settings` override its defaults. Takes about a second, and less as a
 * copy of another server's files.
 */
export async function startCluster(
  settings: Record<string, string> = {},
  original?: string,
): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), 'patchbay-pg-'));
  const account = findAccount();
  if (account.uid !== undefined) chownSync(folder, account.uid, account.gid ?? account.uid);
  const bin = findBinaries();
  const data = join(folder, 'data');
  const [command, args] =
    original === undefined ? [join(bin, 'initdb'), initdb(data)] : ['cp', ['-R', original, data]];
  await promisify(execFile)(command, args, { ...account, cwd: folder });
  const port = await findFreePort();
  const all = { ...defaults, ...settings, port: String(port), unix_socket_directories: folder };
  const options = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const launch = () => launchServer(join(bin, 'postgres'), ['-D', data, ...options], account, port);
  return control(folder, port, launch, await launch());
}

function initdb(data: string): string[] {
  // With ICU, a column without COLLATE "C" is ordered differently and fails a test.
  const locale = ['--locale=C.UTF-8', '--locale-provider=icu', '--icu-locale=en-US'];
  return ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync', ...locale];
}

function control(
  folder: string,
  port: number,
  launch: () => Promise<ChildProcess>,
  first: ChildProcess,
): Cluster {
  let server = first;
  const halt = () => {
    signalAll(server, 'SIGCONT');
    return end(server, 'SIGINT');
  };
  return {
    url: (database = 'postgres') => `postgresql://postgres@127.0.0.1:${port}/${database}`,
    data: join(folder, 'data'),
    halt,
    stop: async () => {
      await halt();
      await rm(folder, { recursive: true, force: true });
    },
    crash: () => end(server, 'SIGQUIT'),
    restart: async () => {
      server = await launch();
    },
    pause: () => signalAll(server, 'SIGSTOP'),
    resume: () => signalAll(server, 'SIGCONT'),
  };
}

async function launchServer(
  binary: string,
  args: string[],
  account: Account,
  port: number,
): Promise<ChildProcess> {
  const server = spawn(binary, args, { ...account, cwd: '/', stdio: 'ignore' });
  for (let attempt = 0; attempt < 200; attempt++) {
    if (server.exitCode !== null) break;
    if (await answers(port)) return server;
    await wait(50);
  }
  server.kill('SIGQUIT');
  throw new Error(`PostgreSQL did not start on port ${port}.`);
}

async function answers(port: number): Promise<boolean> {
  const client = new pg.Client(`postgresql://postgres@127.0.0.1:${port}/postgres`);
  client.on('error', () => {});
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

async function end(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = new Promise((resolve) => server.once('exit', resolve));
  server.kill(signal);
  await exited;
}

function signalAll(server: ChildProcess, signal: NodeJS.Signals): void {
  if (server.pid === undefined || server.exitCode !== null) return;
  for (const pid of [server.pid, ...childrenOf(server.pid)]) {
    try {
      process.kill(pid, signal);
    } catch {
      // This session has ended since it was listed.
    }
  }
}

/** On Linux each session is a child process of the server. */
function childrenOf(parent: number): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => {
    try {
      const afterName = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1];
      return Number(afterName?.split(' ')[1]) === parent;
    } catch {
      return false;
    }
  });
}
