import { Worker } from 'node:worker_threads';
import type { Config } from '../../platform/config/config.ts';

/**
 * Starts the refresh worker in a thread of its own, so that its decryption and garbage collection do not
 * delay requests. The two threads share only the database, as two processes would.
 */
export function startRefreshThread(
  script: URL,
  config: Config,
): { stop(until: number): Promise<void> } {
  const thread = new Worker(script, { workerData: config });
  const exited = new Promise<void>((resolve) => thread.once('exit', () => resolve()));
  // An uncaught error ends the process, as it does in the main thread.
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
