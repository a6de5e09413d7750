import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { testDatabase } from '../setup/test-database.ts';
import { cloneDatabase } from './database.ts';
import { bundleScript } from './script.ts';

/** The server as `npm run build` made it, which `npm test` does first. */
export const builtServer = resolve(import.meta.dirname, '../../dist/main.js');

/** The command-line tool, built along with it. */
export const builtTool = resolve(import.meta.dirname, '../../dist/cli/main.js');

export type Environment = Record<string, string>;

export type Exit = { code: number | null; signal: NodeJS.Signals | null };

/** A process with all its output. */
export type Process = {
  pid: number;
  stdout(): string;
  stderr(): string;
  /** Resolves when it has ended and its output is complete. */
  exited: Promise<Exit>;
  /** Resolves with the first match in its output; rejects when it ends without one. */
  said(pattern: RegExp): Promise<RegExpExecArray>;
  /** Sends the signal and waits for the end. */
  end(signal?: NodeJS.Signals): Promise<Exit>;
};

/** A built server that is listening. */
export type ServerProcess = Process & { url: string; port: number };

const started = new Set<ChildProcess>();
const folders = new Set<string>();

/** Ends the processes and deletes the folders that a file's tests left. */
export async function endLeftBehind(): Promise<void> {
  for (const child of started) child.kill('SIGKILL');
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
  folders.clear();
}

/** Starts the built server with nothing in its environment but `environment`, and waits until it listens. */
export async function startServer(environment: Environment): Promise<ServerProcess> {
  const port = Number(environment.PORT ?? (await findFreePort()));
  const server = launchNode([builtServer], { PORT: String(port), ...environment });
  await server.said(/^Patchbay listens on .*$/m);
  return { ...server, port, url: `http://127.0.0.1:${port}` };
}

/** Starts the built server where it must fail to start; returns its exit code and output. Ends it if it starts. */
export async function startRefused(environment: Environment) {
  const server = launchNode([builtServer], {
    DATA_DIR: makeFolder(),
    ...environment,
  });
  server.said(/^Patchbay listens on/m).then(
    () => server.end(),
    () => {},
  );
  const { code } = await server.exited;
  return { code, stdout: server.stdout(), stderr: server.stderr() };
}

/** Runs the command-line tool to its end. */
export async function runTool(environment: Environment, ...args: string[]) {
  const tool = launchTool(environment, ...args);
  const { code } = await tool.exited;
  return { code, stdout: tool.stdout(), stderr: tool.stderr() };
}

/** Starts the command-line tool, for tests that kill it. */
export function launchTool(environment: Environment, ...args: string[]): Process {
  return launchNode([builtTool, ...args], environment);
}

/**
 * Flags for Node processes that are too short for optimizing WebAssembly to pay. Measured on the first start
 * of the built server with the embedded database: 6.7 s of processor time without the flag, 4.7 s with it.
 */
export const shortLived = ['--liftoff-only'];

/** A module that keeps a process away from the network. */
const offline = new URL('../setup/offline.mjs', import.meta.url).href;

/** Starts Node like {@link launch}. */
function launchNode(args: string[], environment: Environment): Process {
  return launch(process.execPath, [...shortLived, '--import', offline, ...args], environment);
}

/** Starts a program with nothing but PATH, HOME and `environment`. It is killed at the end of the file. */
export function launch(command: string, args: string[], environment: Environment): Process {
  const { PATH = '', HOME = '/' } = process.env;
  const cwd = makeFolder();
  const child = spawn(command, args, { cwd, env: { PATH, HOME, ...environment } });
  started.add(child);
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      output[name] += chunk;
    });
  }
  const exited = new Promise<Exit>((done) => {
    child.once('close', (code, signal) => {
      started.delete(child);
      done({ code, signal });
    });
  });
  const said = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((found, failed) => {
      const look = () => {
        const match = pattern.exec(output.stdout) ?? pattern.exec(output.stderr);
        if (match === null) return;
        for (const stream of [child.stdout, child.stderr]) stream.off('data', look);
        found(match);
      };
      for (const stream of [child.stdout, child.stderr]) stream.on('data', look);
      look();
      void exited.then(() => failed(new Error(`It ended, saying:\n${output.stderr}`)));
    });
  const end = (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal);
    return exited;
  };
  const { pid = 0 } = child;
  return { pid, exited, said, end, stdout: () => output.stdout, stderr: () => output.stderr };
}

/** Starts a script of the tests' own with one argument, written as JSON. */
export function launchScript(path: string, argument: unknown): Process {
  return launchNode([bundleScript(path), JSON.stringify(argument)], {});
}

/** Makes an empty folder that is deleted at the end of the file. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'patchbay-process-'));
  folders.add(folder);
  return folder;
}

/** Makes a data folder with a migrated, empty database, which saves the seconds of a first start. */
export async function makeDataFolder(): Promise<string> {
  const source = testDatabase();
  if (source.kind !== 'pglite') throw new Error('There is no embedded database to copy.');
  const folder = makeFolder();
  mkdirSync(join(folder, 'db'), { mode: 0o700 });
  await promisify(execFile)('tar', ['-xf', source.migrated, '-C', join(folder, 'db')]);
  return folder;
}

/** The admin key of the servers under test, so that no test has to read it. */
export const adminKey = `acc_${'Shows0123456789Shows0123456789'.repeat(3).slice(0, 64)}`;

const masterKeys = `k1:${Buffer.alloc(32, 'a master key for tests only').toString('base64')}`;

const common = { BOOTSTRAP_ACCESS_KEY: adminKey, MASTER_KEYS: masterKeys };

/** Makes an environment with a migrated database of the kind that the running project tests. */
export async function makeEnvironment(): Promise<Environment> {
  const { kind } = testDatabase();
  if (kind === 'pglite') return { ...common, DATA_DIR: await makeDataFolder() };
  return environmentOn(await cloneDatabase());
}

/** Makes an environment with this database of PostgreSQL. */
export function environmentOn(databaseUrl: string): Environment {
  return { ...common, DATA_DIR: makeFolder(), DATABASE_URL: databaseUrl };
}

/** The project that the first start of a server made. */
export async function projectOf(server: ServerProcess): Promise<string> {
  const [, id = ''] = await server.said(/^ {2}Project +(\S+)$/m);
  return id;
}

export async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (address === null || typeof address === 'string') throw new Error('No free port.');
  return address.port;
}
