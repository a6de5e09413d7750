import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Deps, LeanDeps } from '../../core/deps/deps.ts';
import { makeDataFolder, writePrivateFile } from '../../platform/private-file.ts';
import { openTokens, sealTokens } from '../provider/grant-tokens.ts';
import { isUnavailable, type PendingTokens, writeTokens } from './pending-writes.ts';

/** Tokens on the disk: sealed, and everything that their write takes. */
type Unsaved = Pick<PendingTokens, 'grant' | 'facts' | 'by'> & {
  /** In base64. */
  sealed: string;
  dataKeyId: string;
  /** When the provider answered: milliseconds since 1970, by this machine's clock. */
  answeredAt: number;
};

const folderOf = ({ config }: LeanDeps) => join(config.dataDir, 'unsaved');

/** Writes tokens that the database could not take in time to the disk, sealed, for the next start. */
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
    const unsaved: Unsaved = {
      grant,
      facts,
      by,
      sealed: Buffer.from(sealTokens(deps.vault, key, grant, tokens)).toString('base64'),
      dataKeyId: key.id,
      answeredAt: Date.now() - (performance.now() - answeredAt),
    };
    const path = join(folder, `${grant.connectionId}.${grant.tokenVersion}.json`);
    try {
      await writePrivateFile(path, JSON.stringify(unsaved));
      deps.log.warn({ path }, 'a token was saved to the disk, sealed');
    } catch (error) {
      deps.log.error({ err: error, path }, 'a token could not be saved to the disk, and is lost');
    }
  }
}

/**
 * Stores what an earlier process left on the disk; a generation that was replaced since is dropped.
 * What cannot be read stays where it is, and does not stop the start.
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
  const unsaved = JSON.parse(await readFile(path, 'utf8')) as Unsaved; // what saveUnsaved wrote
  const { grant, facts, by, sealed, dataKeyId, answeredAt } = unsaved;
  const dataKey = await deps.db.dataKey.findUniqueOrThrow({ where: { id: dataKeyId } });
  const tokens = await openTokens(deps.vault, dataKey, grant, Buffer.from(sealed, 'base64'));
  // Sealed anew: its data key may have been retired since.
  const key = await deps.vault.sealingKey(grant.projectId);
  const answered = performance.now() - Math.max(0, Date.now() - answeredAt);
  const written = await writeTokens(deps, { grant, tokens, key, facts, by, answeredAt: answered });
  await rm(path);
  deps.log.info({ connectionId: grant.connectionId, written }, 'saved tokens were replayed');
}
