import { recordCommand } from '../../core/audit/record-command.ts';
import { rotateDataKeys } from '../../core/key-rotation/rotate-data-keys.service.ts';
import { openForWork, requireProjectId } from './open-for-work.ts';
import type { RunCommand } from './parse.ts';
import { showProgress } from './progress.ts';

/** Rotates data keys. The exit code is 1 while a value is left on a retired key, so that a script notices. */
export const run: RunCommand = (options, config) =>
  openForWork(config(), async ({ deps, keys }) => {
    const projectId = await requireProjectId(deps, options.project);
    const onProgress = showProgress('rows looked at');
    const rotated = await rotateDataKeys(deps, keys, projectId, onProgress);
    const counts = { replaced: rotated.replacedKeys, left: rotated.left };
    await recordCommand(deps.sql, {
      action: 'key.rotate',
      detail: { keys: 'data', ...counts },
      projectId,
    });
    const { resealed, replaced, unreadable } = rotated.outcomes;
    const lines = [
      `${rotated.replacedKeys} data keys replaced, ${resealed} values sealed again.`,
      ...(replaced > 0
        ? [`${replaced} values were changed by other processes during the rotation.`]
        : []),
      rotated.left === 0
        ? '0 values left on retired data keys.'
        : `${rotated.left} values left on retired data keys; ${unreadable} of them do not open: see the lines above. Repair or delete them, then run this command again.`,
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
    return rotated.left === 0 ? 0 : 1;
  });
