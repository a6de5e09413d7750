import { startRefreshThread } from '../../src/edge/server/workers.ts';
import { readConfig } from '../../src/platform/config/config.ts';

/* A process that never ends by itself, with a thread. Argument: JSON with the address of the thread's script. */

const script: string = JSON.parse(process.argv[2] ?? '');
startRefreshThread(new URL(script), readConfig({}));
setInterval(() => {}, 1_000);
