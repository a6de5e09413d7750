import { Worker } from 'node:worker_threads';
import type { Config } from '../../platform/config/config.ts';

/**
 * Starts the refresh worker in a thread of its own: what it deciphers, and collects as garbage, holds up
 * no request. It shares nothing with this one but the database, as another process would.
 */
export function startRefreshThread(
  script: URL,
  config: Config,
): { stop(until: number): Promise<void> } {
  const thread = new Worker(script, { workerData: config });
  const exited = new Promise<void>((resolve) => thread.once('exit', () => resolve()));
  // As in the main thread: what nobody caught ends the process.
  thread.once('error', (error) => {
    throw error;
  });
  return {
    async stop(until) {
      thread.postMessage(until - performance.now());
      await exited;
    },
  };
}
