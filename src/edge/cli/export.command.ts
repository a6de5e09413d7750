import { rm } from 'node:fs/promises';
import { recordCommand } from '../../core/audit/record-command.ts';
import { exportAll } from '../../core/transfer/export.service.ts';
import { ConflictError } from '../../platform/errors.ts';
import { openNewPrivateFile } from '../../platform/private-file.ts';
import { openForWork } from './open-for-work.ts';
import type { RunCommand } from './parse.ts';
import { readVersion } from './version.ts';

export const run: RunCommand = (options, config) =>
  openForWork(config(), async ({ database, deps, keys }) => {
    const path = String(options.file);
    const file = await openNew(path);
    try {
      const write = (lines: string) => file.appendFile(lines);
      const rows = await exportAll(database, keys, await readVersion(), write);
      await file.sync();
      await recordCommand(deps.sql, { action: 'transfer.export', detail: { rows } });
      process.stdout.write(`${rows} rows were written to ${path}.\n`);
    } catch (error) {
      await rm(path, { force: true }); // nobody could import an incomplete file
      throw error;
    } finally {
      await file.close();
    }
    return 0;
  });

function openNew(path: string) {
  return openNewPrivateFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
    throw new ConflictError(`${path} already exists and was not overwritten. Name another file.`);
  });
}
