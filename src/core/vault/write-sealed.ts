import type { Prisma, PrismaClient } from '../../platform/db/generated/client.ts';
import type { SealingKey, Vault } from './vault.ts';

/**
 * Attempts. A retry is needed only if the data key was retired during the write; five in a row do not
 * happen.
 */
const sealAttempts = 5;

/** The parts of the process that a sealed write needs. */
type SealingDeps = { db: PrismaClient; vault: Vault };

type Started<Result> = { result: Result } | undefined;

/**
 * Runs a write that seals values of a project, or of the server (null), in one transaction. The data key
 * is loaded before the transaction and checked inside it. If it was retired in between, the whole write
 * runs again with the current key.
 */
export async function writeSealed<Result>(
  { deps }: { deps: SealingDeps },
  projectId: string | null,
  write: (tx: Prisma.TransactionClient, key: SealingKey) => Promise<Result>,
): Promise<Result> {
  return startUntilSealed(deps, projectId, (key) =>
    deps.db.$transaction(async (tx) => {
      if (!(await lockDataKey(tx, key.id))) return undefined;
      return { result: await write(tx, key) };
    }),
  );
}

/**
 * Does the same for a write that checks its data key itself, with {@link lockedDataKey}. If the key was
 * retired, the write changes nothing and returns undefined.
 */
export async function startUntilSealed<Result>(
  { vault }: Pick<SealingDeps, 'vault'>,
  projectId: string | null,
  start: (key: SealingKey) => Promise<Started<Result>>,
): Promise<Result> {
  for (let attempt = 0; attempt < sealAttempts; attempt += 1) {
    const done = await start(await vault.sealingKey(projectId));
    if (done !== undefined) return done.result;
    vault.forgetSealingKey(projectId);
  }
  const whose = projectId === null ? 'the server' : `project ${projectId}`;
  throw new Error(`The data key of ${whose} was retired ${sealAttempts} times in a row.`);
}

/**
 * Returns SQL that finds the key and locks it until the transaction ends, so that it cannot be retired. It
 * finds nothing if the key is already retired.
 */
export const lockedDataKey = (parameter: string): string =>
  `SELECT id FROM data_key WHERE id = ${parameter}::uuid AND status = 'active' FOR SHARE`;

const hold = lockedDataKey('$1');

async function lockDataKey(tx: Prisma.TransactionClient, id: string): Promise<boolean> {
  return (await tx.$queryRawUnsafe<unknown[]>(hold, id)).length > 0;
}
