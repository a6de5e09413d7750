import { setTimeout as wait } from 'node:timers/promises';
import type { LeanDeps } from '../../core/deps/deps.ts';
import type { SealingKey } from '../../core/vault/vault.ts';
import { translateDatabaseError } from '../../platform/db/errors.ts';
import { NotFoundError, UnavailableError } from '../../platform/errors.ts';
import { storeRefreshedTokens } from './grant.statements.ts';
import { type PendingTokens, sealTokens } from './grant.ts';
import { next, type RefreshEvent, type RefreshState } from './refresh-state.ts';

/** Pause in milliseconds before a write is tried again. */
const writeRetryPause = 200;
/** Maximum number of tokens that wait for the database. With more, no refresh begins. */
export const mostPending = 1_000;
/** Time in milliseconds after an error of the database in which no lease is taken over. */
const distrustTime = 5_000;

type PendingWrites = {
  waiting: Set<PendingTokens>;
  isStopped: boolean;
  /** `performance.now()` of the last error of the database. */
  lastError: number;
};

export function createPendingWrites(): PendingWrites {
  return { waiting: new Set(), isStopped: false, lastError: -Infinity };
}

declare module '../../core/deps/deps.ts' {
  interface LeanDeps {
    pendingWrites: PendingWrites;
  }
}

/** Returns whether this process may begin a refresh: not too many tokens wait, and it is not stopping. */
export function mayRefresh(deps: LeanDeps): boolean {
  const { waiting, isStopped } = deps.pendingWrites;
  return !isStopped && waiting.size < mostPending;
}

/**
 * Returns whether a lease that has run out may be taken over. Not while own writes wait, and not soon after
 * an error: the holder may be waiting for the same database with the newest tokens in memory.
 */
export function mayTakeOver(deps: LeanDeps): boolean {
  const { waiting, lastError } = deps.pendingWrites;
  return waiting.size === 0 && performance.now() - lastError > distrustTime;
}

/** Returns how many tokens wait for the database. */
export function pendingCount(deps: LeanDeps): number {
  return deps.pendingWrites.waiting.size;
}

/**
 * Writes tokens until they are committed, however long the database is away. Returns `stored` or `superseded`.
 *
 * @throws UnavailableError when the process stops before that. {@link stopWriting} then returns the tokens.
 */
export async function writeTokens(deps: LeanDeps, pending: PendingTokens): Promise<RefreshState> {
  const writes = deps.pendingWrites;
  writes.waiting.add(pending);
  let state: RefreshState = { kind: 'pending', pending };
  while (state.kind === 'pending') {
    const event: RefreshEvent = writes.isStopped
      ? { kind: 'stopping' }
      : await tryWrite(deps, pending);
    state = next(state, event);
    if (event.kind === 'not committed') await wait(writeRetryPause);
  }
  if (state.kind === 'saved') throw new UnavailableError();
  writes.waiting.delete(pending);
  return state;
}

/** Remembers when the database failed, if that is what the error says. */
export function noteDatabaseError(deps: Pick<LeanDeps, 'pendingWrites'>, error: unknown): void {
  if (isUnavailable(error)) deps.pendingWrites.lastError = performance.now();
}

/** Returns whether an error says that the database is away. */
export function isUnavailable(error: unknown): boolean {
  return translateDatabaseError(error) instanceof UnavailableError;
}

/** Stops all writing and returns the tokens that are not committed. */
export function stopWriting(deps: LeanDeps): PendingTokens[] {
  const writes = deps.pendingWrites;
  writes.isStopped = true;
  return [...writes.waiting];
}

async function tryWrite(deps: LeanDeps, pending: PendingTokens): Promise<RefreshEvent> {
  const { id, projectId } = pending.grant;
  try {
    for (;;) {
      const sealed = sealTokens(deps.vault, pending.key, pending.grant, pending.tokens);
      const stored = await storeRefreshedTokens(deps.sql, pending, sealed);
      if (stored === 'not current') return { kind: 'not current' };
      if (stored !== 'key retired') return { kind: 'committed', token: stored };
      const key = await loadNextKey(deps, projectId);
      if (key === undefined) return { kind: 'not current' };
      pending.key = key;
    }
  } catch (error) {
    if (!isUnavailable(error)) deps.log.error({ err: error, connectionId: id }, 'a token waits');
    return { kind: 'not committed' };
  }
}

/** Returns the key that replaced a retired one; undefined when the project was deleted with all of its keys. */
async function loadNextKey(
  { vault }: LeanDeps,
  projectId: string,
): Promise<SealingKey | undefined> {
  vault.forgetSealingKey(projectId);
  try {
    return await vault.sealingKey(projectId);
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}
