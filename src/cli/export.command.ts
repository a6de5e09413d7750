import { open } from 'node:fs/promises';
import { exportAll } from '../transfer/export.service.ts';
import { openForWork } from './open-for-work.ts';
import type { Run } from './parse.ts';
import { readVersion } from './version.ts';

export const run: Run = (options, config) =>
  openForWork(config(), async ({ database }) => {
    const path = String(options.file);
    const file = await open(path, 'wx', 0o600);
    try {
      const header = { format: 1 as const, ...(await readVersion()) };
      const write = (lines: string) => file.appendFile(`${lines}\n`);
      const rows = await exportAll(database.db, header, write);
      await file.sync();
      process.stdout.write(`${rows} rows were written to ${path}.\n`);
    } finally {
      await file.close();
    }
    return 0;
  });
