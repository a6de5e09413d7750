import type { Server } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';
import { closeStreams } from '../../core/changes/open-stream.ts';
import type { Deps } from '../../core/deps/deps.ts';
import type { Config } from '../../platform/config/config.ts';
import { ConfigError } from '../../platform/errors.ts';
import { createHttpServer } from './http-server.ts';
import { createLog, endOutput, standardOutput } from './log.ts';
import { type OpenDeps, openDeps } from './open-deps.ts';
import { describeFirstStart } from './welcome.ts';
import { startWorkers, type Workers } from './workers.ts';

/**
 * How long requests in flight may take after a signal to stop, in milliseconds. What a provider is
 * about to answer then gets 11 s more: in all, less than the 30 s after which most supervisors kill.
 */
const stopDeadline = 15_000;

/** A start that is refused for its configuration is over by then, in milliseconds. */
const noticeDelay = 1_000;

/** After how long a second Ctrl-C ends the process at once, in milliseconds. */
const impatience = 1_000;

/** After how long a process that should have stopped is ended, whatever holds it, in milliseconds. */
const hangDeadline = stopDeadline + 14_000;

/**
 * Starts the server, which a signal ends.
 *
 * @param refreshThread the script of the thread that refreshes tokens; without one, this thread does.
 * @throws ConfigError, or an Error in words for the operator.
 */
export async function serve(config: Config, refreshThread: URL | undefined): Promise<void> {
  const output = standardOutput();
  const log = createLog(config, output);
  const open = await openWithNotice(config, log);
  const server = createHttpServer(open.deps);
  try {
    await listen(server, config);
  } catch (error) {
    await open.close();
    throw error;
  }
  // Not before: who cannot start must not have begun a refresh.
  const workers = startWorkers(open.deps, refreshThread);
  stopOnSignals(open.deps, async () => {
    await stop(server, workers, open);
    await endOutput(output);
    process.exit(); // whatever timer a library has left
  });
  process.stderr.write(`Patchbay listens on ${config.publicUrl}\n`);
  if (open.firstStart) process.stderr.write(describeFirstStart(config, open.firstStart));
}

/** Says where an embedded database is, and says it at once when its opening takes long. */
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

function listen(server: Server, { host, port }: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(describeListenError(error, port)));
    server.listen(port, host, resolve);
  });
}

/**
 * Stops at the first signal. A terminal and npm both pass Ctrl-C on, so that the same signal comes twice;
 * only one that comes later means that somebody does not want to wait.
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
 * Waits until load balancers have seen that `/ready` says 503, takes no new requests, finishes those in
 * flight, then closes the database.
 */
async function stop(server: Server, workers: Workers, { deps, close }: OpenDeps): Promise<void> {
  deps.log.info('stopping');
  const delay = deps.config.shutdownDelay * 1_000;
  setTimeout(() => process.exit(1), delay + hangDeadline).unref();
  if (delay > 0) await wait(delay);
  const until = performance.now() + stopDeadline;
  const closed = new Promise((resolve) => server.close(resolve));
  closeStreams(deps);
  // Whoever goes on with a kept connection is told to end it.
  server.prependListener('request', (_req, res) => res.setHeader('Connection', 'close'));
  // A connection that was busy at first is idle when its answer is out.
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
    return new ConfigError(`PORT is ${port}, which another process uses. Set it to a free port.`);
  }
  if (error.code === 'EACCES') {
    return new ConfigError(`PORT must be a port on which this user may listen; ${port} is not.`);
  }
  return new ConfigError(`HOST must be a host name or an IP address to listen on (${error.code}).`);
}
