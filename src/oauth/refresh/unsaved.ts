import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Deps, LeanDeps } from '../../core/deps/deps.ts';
import { makeDataFolder, writePrivateFile } from '../../platform/private-file.ts';
import { openTokens, type PendingTokens, sealTokens } from './grant.ts';
import { isUnavailable, writeTokens } from './pending-writes.ts';

/** A file in `DATA_DIR/unsaved`: sealed tokens, and everything that their write requires. */
type UnsavedFile = Pick<PendingTokens, 'facts' | 'by'> & {
  grant: {
    organizationId: string;
    projectId: string;
    connectionId: string;
    tokenVersion: number;
  };
  /** In base64. */
  sealed: string;
  dataKeyId: string;
  /** When the provider answered: milliseconds since 1970, by the clock of this machine. */
  answeredAt: number;
};

const folderOf = ({ config }: LeanDeps) => join(config.dataDir, 'unsaved');

/** Writes tokens that the database did not take in time to the disk, sealed, for the next start. */
export async function saveUnsaved(
  deps: LeanDeps,
  pending: readonly PendingTokens[],
): Promise<void> {
  if (pending.length === 0) return;
  const folder = folderOf(deps);
  await makeDataFolder(deps.config.dataDir).catch((error) => {
    deps.log.warn({ err: error }, 'sealed tokens are saved to a folder that is open to others');
  });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const { grant, tokens, key, facts, answeredAt, by } of pending) {
    const { organizationId, projectId, id: connectionId, tokenVersion } = grant;
    const unsaved: UnsavedFile = {
      grant: { organizationId, projectId, connectionId, tokenVersion },
      facts,
      by,
      sealed: Buffer.from(sealTokens(deps.vault, key, grant, tokens)).toString('base64'),
      dataKeyId: key.id,
      answeredAt: Date.now() - (performance.now() - answeredAt),
    };
    const path = join(folder, `${connectionId}.${tokenVersion}.json`);
    try {
      await writePrivateFile(path, JSON.stringify(unsaved));
      deps.log.warn({ path }, 'a token was saved to the disk, sealed');
    } catch (error) {
      deps.log.error({ err: error, path }, 'a token could not be saved to the disk, and is lost');
    }
  }
}

/**
 * Stores the tokens that an earlier process left on the disk. Tokens of a generation that was replaced since
 * then are dropped. A file that cannot be read stays where it is and does not stop the start.
 */
export async function replayUnsaved(deps: Deps): Promise<void> {
  const folder = folderOf(deps);
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((candidate) => candidate.endsWith('.json'))) {
    try {
      await replay(deps, join(folder, name));
    } catch (error) {
      if (isUnavailable(error)) throw error;
      deps.log.error({ err: error, name }, 'saved tokens could not be replayed');
    }
  }
}

async function replay(deps: Deps, path: string): Promise<void> {
  const unsaved = JSON.parse(await readFile(path, 'utf8')) as UnsavedFile; // what saveUnsaved wrote
  const { connectionId, ...rest } = unsaved.grant;
  const grant = { ...rest, id: connectionId };
  const dataKey = await deps.db.dataKey.findUniqueOrThrow({ where: { id: unsaved.dataKeyId } });
  const sealed = Buffer.from(unsaved.sealed, 'base64');
  const tokens = await openTokens(deps.vault, { ...grant, sealed, dataKey });
  // They are sealed again: their data key may have been retired since then.
  const key = await deps.vault.sealingKey(grant.projectId);
  const answeredAt = performance.now() - Math.max(0, Date.now() - unsaved.answeredAt);
  const { facts, by } = unsaved;
  const { kind } = await writeTokens(deps, { grant, tokens, key, facts, answeredAt, by });
  await rm(path);
  deps.log.info({ connectionId, written: kind === 'stored' }, 'saved tokens were replayed');
}
