import { recordCommand } from '../../core/audit/record-command.ts';
import { readTypeFiles } from '../../core/catalog/type-files.ts';
import { importAll } from '../../core/transfer/import.service.ts';
import { startLease } from '../../core/vault/master-keys.ts';
import { withLease } from '../../platform/db/lease.ts';
import { applyMigrations } from '../../platform/db/migrate.ts';
import { openInstallation } from '../server/open-installation.ts';
import type { RunCommand } from './parse.ts';
import { readVersion } from './version.ts';

export const run: RunCommand = async (options, config) => {
  const settings = config();
  const fileTypes = (await readTypeFiles(settings.connectionTypes)).map(({ type }) => type);
  const { database, keys, close } = await openInstallation(settings, { makesKeys: false });
  try {
    await applyMigrations(database);
    const { migration } = await readVersion();
    const from = { path: String(options.file), migration, fileTypes };
    const work = () => importAll(database.db, keys, from);
    // A server that starts during the import waits, and then finds that the database is not empty.
    const rows = await withLease(database, startLease.name, work, startLease);
    await recordCommand(database.sql, { action: 'transfer.import', detail: { rows } });
    process.stdout.write(`${rows} rows were imported.\n`);
    return 0;
  } finally {
    await close();
  }
};
