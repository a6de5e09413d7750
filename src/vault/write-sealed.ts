import type { Prisma } from '../db/generated/client.ts';
import type { Deps } from '../deps.ts';
import type { SealingKey } from './vault.ts';

/** Every start but the first is for a key that was retired meanwhile: so many never are during one write. */
const attempts = 5;

/**
 * Runs a write that seals values of a project, or of the server (null), in one transaction. The data
 * key is loaded before it and made sure of inside it: should it be retired by then, all starts again
 * with the current one.
 */
export async function writeSealed<Result>(
  { deps }: { deps: Deps },
  projectId: string | null,
  write: (tx: Prisma.TransactionClient, key: SealingKey) => Promise<Result>,
): Promise<Result> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const key = await deps.vault.sealingKey(projectId);
    const done = await deps.db.$transaction(async (tx) => {
      if (!(await holdDataKey(tx, key.id))) return undefined;
      return { result: await write(tx, key) };
    });
    if (done !== undefined) return done.result;
    deps.vault.forgetSealingKey(projectId);
  }
  const whose = projectId === null ? 'the server' : `project ${projectId}`;
  throw new Error(`The data key of ${whose} was retired ${attempts} times in a row.`);
}

/** Keeps the key from being retired until the transaction ends; false when it already is. */
async function holdDataKey(tx: Prisma.TransactionClient, id: string): Promise<boolean> {
  const held = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM data_key WHERE id = ${id}::uuid AND status = 'active' FOR SHARE`;
  return held.length > 0;
}
