import { startCluster } from './cluster.ts';

/** Starts a throw-away server, prints its address, and stops it when this process is told to end. */
const cluster = await startCluster();
process.stdout.write(`${cluster.url()}\n`);

const stop = () => void cluster.stop().then(() => process.exit(0));
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
setInterval(() => {}, 60_000);
