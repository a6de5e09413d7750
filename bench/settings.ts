import { parseArgs } from 'node:util';

/** How long and how hard to measure. */
export type Settings = {
  rounds: number;
  /** Of one target in one round. */
  seconds: number;
  warmUpSeconds: number;
  /** How many clients ask at the same time, each over a connection of its own. */
  clients: number;
  /** Whether PostgreSQL waits for its disk. */
  fsync: boolean;
  /** Names of the targets to measure; all when empty. */
  only: readonly string[];
};

const usage = `npm run bench -- [options]
  --rounds 5          how often each target is measured
  --seconds 4         how long, in a round
  --warm-up 3         seconds before the first round, each target
  --clients 20        concurrent clients
  --only b,rest-list  some of the targets
  --fsync             PostgreSQL waits for its disk
`;

/** Reads the command line; ends the process when it asks for help. */
export function readSettings(args: readonly string[]): Settings {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '4' },
      'warm-up': { type: 'string', default: '3' },
      clients: { type: 'string', default: '20' },
      only: { type: 'string', default: '' },
      fsync: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    process.exit();
  }
  return {
    rounds: positive('rounds', values.rounds),
    seconds: positive('seconds', values.seconds),
    warmUpSeconds: positive('warm-up', values['warm-up']),
    clients: positive('clients', values.clients),
    fsync: values.fsync,
    only: values.only.split(',').filter((name) => name !== ''),
  };
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (value > 0) return value;
  throw new Error(`--${name} must be a positive number.\n${usage}`);
}
