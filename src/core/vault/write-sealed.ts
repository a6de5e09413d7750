import type { Prisma, PrismaClient } from '../../platform/db/generated/client.ts';
import type { SealingKey, Vault } from './vault.ts';

/** Every start but the first is for a key that was retired meanwhile: so many never are during one write. */
const attempts = 5;

/** What a sealed write takes of the process. */
type SealingDeps = { db: PrismaClient; vault: Vault };

type Started<Result> = { result: Result } | undefined;

/**
 * Runs a write that seals values of a project, or of the server (null), in one transaction. The data
 * key is loaded before it and made sure of inside it: should it be retired by then, all starts again
 * with the current one.
 */
export async function writeSealed<Result>(
  { deps }: { deps: SealingDeps },
  projectId: string | null,
  write: (tx: Prisma.TransactionClient, key: SealingKey) => Promise<Result>,
): Promise<Result> {
  return startUntilSealed(deps, projectId, (key) =>
    deps.db.$transaction(async (tx) => {
      if (!(await holdDataKey(tx, key.id))) return undefined;
      return { result: await write(tx, key) };
    }),
  );
}

/**
 * The same for a write that makes sure of its data key itself, by {@link heldDataKey}. Without it, it
 * writes nothing and answers undefined.
 */
export async function startUntilSealed<Result>(
  { vault }: Pick<SealingDeps, 'vault'>,
  projectId: string | null,
  start: (key: SealingKey) => Promise<Started<Result>>,
): Promise<Result> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const done = await start(await vault.sealingKey(projectId));
    if (done !== undefined) return done.result;
    vault.forgetSealingKey(projectId);
  }
  const whose = projectId === null ? 'the server' : `project ${projectId}`;
  throw new Error(`The data key of ${whose} was retired ${attempts} times in a row.`);
}

/** Finds the key and keeps it from being retired until the transaction ends; finds none when it already is. */
export const heldDataKey = (parameter: string): string =>
  `SELECT id FROM data_key WHERE id = ${parameter}::uuid AND status = 'active' FOR SHARE`;

const hold = heldDataKey('$1');

async function holdDataKey(tx: Prisma.TransactionClient, id: string): Promise<boolean> {
  return (await tx.$queryRawUnsafe<unknown[]>(hold, id)).length > 0;
}
