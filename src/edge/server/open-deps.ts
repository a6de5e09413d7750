import { join } from 'node:path';
import type { Logger } from 'pino';
import { readTypeFiles, requireFreeTypeNames } from '../../core/catalog/type-files.ts';
import type { Deps } from '../../core/deps/deps.ts';
import type { Presence } from '../../core/vault/processes.ts';
import { type Bootstrapped, bootstrap } from '../../features/projects/bootstrap.service.ts';
import { replayUnsaved } from '../../oauth/refresh/unsaved.ts';
import type { Config } from '../../platform/config/config.ts';
import type { Database } from '../../platform/db/database.ts';
import { applyMigrations } from '../../platform/db/migrate.ts';
import { makeDataFolder, writePrivateFile } from '../../platform/private-file.ts';
import { makeDeps } from './make-deps.ts';
import { joinInstallation, openInstallation } from './open-installation.ts';

/** Everything that a running server holds, with a way to close it. */
export type OpenDeps = {
  deps: Deps;
  /** The result of the first start; undefined for every later start. */
  firstStart: FirstStart | undefined;
  close: () => Promise<void>;
};

/**
 * The result of the first start, and the place where its key can be read: on the terminal, in a file, or
 * in BOOTSTRAP_ACCESS_KEY.
 */
export type FirstStart = Bootstrapped & { keyFile: string | undefined };

/**
 * Opens the database, brings it up to date, and proves that its values can be opened.
 *
 * @throws ConfigError, or an Error whose message is for the operator.
 */
export async function openDeps(config: Config, log: Logger): Promise<OpenDeps> {
  const fileTypes = await readTypeFiles(config.connectionTypes);
  const installation = await openInstallation(config, { makesKeys: true });
  const { database, keys } = installation;
  let deps: Deps | undefined;
  let presence: Presence | undefined;
  const close = async () => {
    await deps?.close();
    await presence?.leave();
    await installation.close();
  };
  try {
    await applyMigrations(database);
    await requireFreeTypeNames(database.sql, fileTypes);
    const start = () => makeFirstStart(config, database);
    const joined = await joinInstallation(installation, start);
    presence = joined.presence;
    deps = makeDeps(config, database, { keys, log, fileTypes });
    await replayUnsaved(deps);
    return { deps, firstStart: joined.result, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function makeFirstStart(
  { bootstrapAccessKey, dataDir }: Config,
  { db }: Database,
): Promise<FirstStart | undefined> {
  const path = join(dataDir, 'bootstrap-access-key');
  const keyFile = bootstrapAccessKey === undefined && !process.stderr.isTTY ? path : undefined;
  const made = await bootstrap(db, bootstrapAccessKey, async (accessKey) => {
    if (keyFile === undefined) return;
    await makeDataFolder(dataDir);
    await writePrivateFile(keyFile, `${accessKey}\n`);
  });
  return made && { ...made, keyFile };
}
