import { recordCommand } from '../../core/audit/record-command.ts';
import {
  isSettled,
  type RotatedMasterKey,
  rotateMasterKey,
} from '../../core/key-rotation/rotate-master-key.service.ts';
import { addMasterKeyToFile, masterKeyFile } from '../../core/vault/key-provider.ts';
import type { Lacking } from '../../core/vault/processes.ts';
import type { Config } from '../../platform/config/config.ts';
import { openForWork } from './open-for-work.ts';
import type { RunCommand } from './parse.ts';
import { showProgress } from './progress.ts';

/**
 * Rotates the master key. An installation that keeps its keys in a file gets its new key here, because no
 * other process can use its embedded database. Otherwise the operator has put the key into MASTER_KEYS.
 */
export const run: RunCommand = async (_options, readConfig) => {
  const config = readConfig();
  const isInFile = config.databaseUrl === undefined && config.masterKeys === undefined;
  if (isInFile) await stageInFile(config);
  return openForWork(config, async ({ database, deps, keys }) => {
    const onProgress = showProgress('data keys wrapped');
    const rotated = await rotateMasterKey(database, keys, { onProgress, onWaiting: sayOnce() });
    await recordCommand(deps.sql, {
      action: 'key.rotate',
      detail: { keys: 'master', kid: rotated.kid },
    });
    const holder = isInFile ? masterKeyFile(config.dataDir) : 'MASTER_KEYS';
    process.stdout.write(`${describeMasterKeyRotation(rotated, holder).join('\n')}\n`);
    return rotated.unreadable.length === 0 ? 0 : 1;
  });
};

/** Puts a new key into the file, unless an earlier, unfinished run has left one there. */
async function stageInFile(config: Config): Promise<void> {
  await openForWork(config, async ({ deps, keys }) => {
    if (await isSettled(deps.sql, keys)) await addMasterKeyToFile(config.dataDir);
  });
}

function describeMasterKeyRotation(
  { kid, rewrapped, unreadable, removable }: RotatedMasterKey,
  holder: string,
): string[] {
  return [
    `The master key "${kid}" is active; ${rewrapped} data keys were wrapped with it.`,
    ...removable.map(
      (old) =>
        `0 values left on key "${old}": it may be removed from ${holder}. Keep it with the backups made under it.`,
    ),
    ...unreadable.map((id) => `The data key ${id} does not open. It was left unchanged.`),
  ];
}

/** Returns a function that names each process for which the rotation waits, but only once. */
function sayOnce(): (lacking: readonly Lacking[]) => void {
  const said = new Set<string>();
  return (lacking) => {
    for (const { host, pid } of lacking) {
      const who = `process ${pid} on ${host}`;
      if (!said.has(who))
        process.stderr.write(`Waiting for ${who}, which does not hold the new key.\n`);
      said.add(who);
    }
  };
}
