import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { readTypeFiles } from '../../core/catalog/type-files.ts';
import { createLocalKeyProvider } from '../../core/vault/key-provider.ts';
import { finishRefreshes, startRefreshWorker } from '../../oauth/refresh/refresh-worker.ts';
import type { Config } from '../../platform/config/config.ts';
import { openHotSessions } from '../../platform/db/postgresql-sessions.ts';
import { createLog } from './log.ts';
import { makeLeanDeps } from './make-lean-deps.ts';

/*
 * The thread that refreshes tokens on PostgreSQL until it learns how many milliseconds it has left.
 */

const threadConfig = workerData as Config; // startRefreshThread passed it
const { databaseUrl = '', masterKeys = '' } = threadConfig;
if (parentPort === null) throw new Error('This is a thread of the server.');
const sessions = openHotSessions(databaseUrl);
const keys = createLocalKeyProvider(masterKeys);
const fileTypes = await readTypeFiles(threadConfig.connectionTypes);
const log = createLog(threadConfig);
const deps = makeLeanDeps(threadConfig, sessions.sql, { keys, log, fileTypes });
const worker = startRefreshWorker(deps);

const [left]: number[] = await once(parentPort, 'message');
void worker.stop();
await finishRefreshes(deps, performance.now() + (left ?? 0));
await sessions.close();
process.exit(); // ends only the thread
