import type { Server } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';
import { closeStreams } from '../../core/changes/open-stream.ts';
import type { Deps } from '../../core/deps/deps.ts';
import type { Config } from '../../platform/config/config.ts';
import { ConfigError } from '../../platform/errors.ts';
import { createHttpServer } from './http-server.ts';
import { createLog, endOutput, standardOutput } from './log.ts';
import { type FirstStart, type OpenDeps, openDeps } from './open-deps.ts';
import { startWorkers, type Workers } from './workers.ts';

/**
 * Milliseconds that requests in flight have after a signal to stop. Responses of providers get 11 s more.
 * Together that is less than the 30 s after which most supervisors kill a process.
 */
const stopDeadline = 15_000;

/** Milliseconds after which a start that the configuration prevents has already failed. */
const noticeDelay = 1_000;

/** Milliseconds after which a second Ctrl-C ends the process at once. */
const impatience = 1_000;

/** Milliseconds after which a process that should have stopped is ended, whatever holds it. */
const hangDeadline = stopDeadline + 14_000;

/**
 * Starts the server. A signal ends it.
 *
 * @param refreshThread the script of the thread that refreshes tokens; without one, this thread does it.
 * @throws ConfigError, or an Error whose message is for the operator.
 */
export async function serve(config: Config, refreshThread: URL | undefined): Promise<void> {
  const output = standardOutput();
  const log = createLog(config, output);
  const open = await openWithNotice(config, log);
  const server = createHttpServer(open.deps);
  try {
    await listenForRequests(server, config);
  } catch (error) {
    await open.close();
    throw error;
  }
  // Only now: a process that fails to start must not have begun a refresh.
  const workers = startWorkers(open.deps, refreshThread);
  stopOnSignals(open.deps, async () => {
    await stop(server, workers, open);
    await endOutput(output);
    process.exit(); // a library may have left a timer running
  });
  process.stderr.write(`Patchbay listens on ${config.publicUrl}\n`);
  if (open.firstStart) process.stderr.write(describeFirstStart(config, open.firstStart));
}

/** Opens the database, and announces an embedded one at once if opening it takes long. */
async function openWithNotice(config: Config, log: Logger): Promise<OpenDeps> {
  const { databaseUrl, dataDir } = config;
  if (databaseUrl !== undefined) return openDeps(config, log);
  let isSaid = false;
  const say = (): void => {
    isSaid = true;
    process.stderr.write(
      `Opening the embedded database in ${dataDir}; the first time takes some seconds. It outlives this process, not a loss of power: use PostgreSQL (DATABASE_URL) in production.\n`,
    );
  };
  const timer = setTimeout(say, noticeDelay);
  try {
    const open = await openDeps(config, log);
    if (!isSaid) say();
    return open;
  } finally {
    clearTimeout(timer);
  }
}

function listenForRequests(server: Server, { host, port }: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(describeListenError(error, port)));
    server.listen(port, host, resolve);
  });
}

/**
 * Stops at the first signal. A terminal and npm both pass Ctrl-C on, so the same signal arrives twice.
 * Only a later one means that the person does not want to wait.
 */
function stopOnSignals({ stopping }: Deps, stop: () => Promise<void>): void {
  let since = 0;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping.signal.aborted) {
        if (signal === 'SIGINT' && performance.now() - since > impatience) process.exit(130);
        return;
      }
      since = performance.now();
      stopping.abort();
      void stop();
    });
  }
}

/**
 * Waits until load balancers have noticed that `/ready` returns 503, accepts no new requests, finishes
 * those in flight, then closes the database.
 */
async function stop(server: Server, workers: Workers, { deps, close }: OpenDeps): Promise<void> {
  deps.log.info('stopping');
  const delay = deps.config.shutdownDelay * 1_000;
  setTimeout(() => process.exit(1), delay + hangDeadline).unref();
  if (delay > 0) await wait(delay);
  const until = performance.now() + stopDeadline;
  const closed = new Promise((resolve) => server.close(resolve));
  closeStreams(deps);
  // Tell clients that keep their connections alive to close them.
  server.prependListener('request', (_req, res) => res.setHeader('Connection', 'close'));
  // A socket that was busy at first becomes idle after its response.
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const deadline = setTimeout(() => server.closeAllConnections(), stopDeadline);
  await closed;
  clearInterval(idle);
  clearTimeout(deadline);
  await workers.stop(until);
  await close();
  deps.log.info('stopped');
}

function describeListenError(error: NodeJS.ErrnoException, port: number): ConfigError {
  if (error.code === 'EADDRINUSE') {
    return new ConfigError(`PORT is in use by another process (${port}). Set it to a free port.`);
  }
  if (error.code === 'EACCES') {
    return new ConfigError(`PORT must be a port on which this user may listen; ${port} is not.`);
  }
  return new ConfigError(`HOST must be a host name or an IP address to listen on (${error.code}).`);
}

/**
 * Returns the text that the first start prints once: what it created, and how to store and fetch a secret.
 */
export function describeFirstStart(
  { publicUrl, bootstrapAccessKey, databaseUrl, dataDir }: Config,
  { projectId, accessKey, keyFile }: FirstStart,
): string {
  const given = bootstrapAccessKey !== undefined;
  const key = given
    ? '$BOOTSTRAP_ACCESS_KEY'
    : keyFile
      ? `$(cat ${shellQuote(keyFile)})`
      : accessKey;
  const body = {
    project_id: projectId,
    name: 'My OpenAI key',
    type: 'dynamiq.connections.OpenAI',
    config: { api_key: 'replace-me' },
  };
  return `
Patchbay made an organization and a project, both named "default".
This is said once.

  Project     ${projectId}
  Admin key   ${given ? 'the one in BOOTSTRAP_ACCESS_KEY' : (keyFile ?? accessKey)}${databaseUrl === undefined ? `\n  Data        ${dataDir}   (keep its file master-keys: without it nothing opens)` : ''}

Store a secret, then fetch it back:

  KEY="${key}"
  ID=$(curl -sS ${publicUrl}/v1/connections \\
    -H "Authorization: Bearer $KEY" -H "Content-Type: application/json" \\
    -d '${JSON.stringify(body)}' \\
    | sed -E 's/.*"data":\\{"id":"([^"]+)".*/\\1/')
  curl -sS -X POST ${publicUrl}/v1/connections/$ID/credentials -H "Authorization: Bearer $KEY"

GraphiQL: ${publicUrl}/graphql
`;
}

function shellQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
