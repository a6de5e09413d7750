import { readConfig } from '../../src/config.ts';
import { startRefreshThread } from '../../src/server/refresh-thread.ts';

/* A process that would go on for ever beside its thread. Argument: JSON with the address of the thread's script. */

const script: string = JSON.parse(process.argv[2] ?? '');
startRefreshThread(new URL(script), readConfig({}));
setInterval(() => {}, 1_000);
