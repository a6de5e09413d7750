import { setTimeout as wait } from 'node:timers/promises';
import { type LeanDeps, perDeps } from '../../core/deps/deps.ts';
import type { SealingKey } from '../../core/vault/vault.ts';
import { translateDatabaseError } from '../../platform/db/errors.ts';
import { NotFoundError, UnavailableError } from '../../platform/errors.ts';
import { type GrantPlace, type GrantTokens, sealTokens } from '../provider/grant-tokens.ts';
import { type GrantActor, type StoredTokens, storeRefreshedTokens } from './grant.statements.ts';

/** How long to wait before a write is tried again, in milliseconds. */
const retryPause = 200;
/** How many tokens may wait for the database; with more, no refresh begins. */
export const mostPending = 1_000;
/** For how long after an error of the database no lease is taken over, in milliseconds. */
const distrustTime = 5_000;

/** Tokens that a provider gave and the database does not have yet. */
export type PendingTokens = {
  grant: GrantPlace & { tokenVersion: number };
  tokens: GrantTokens;
  /** Loaded before the provider was asked, so that they can be sealed while the database is away. */
  key: SealingKey;
  facts: Omit<StoredTokens, 'sealed' | 'dataKeyId' | 'age'>;
  /** `performance.now()` when the provider answered. */
  answeredAt: number;
  by: GrantActor & { eventId: string };
};

type PendingWrites = {
  waiting: Set<PendingTokens>;
  isStopped: boolean;
  /** `performance.now()` of the last error of the database. */
  lastError: number;
};

const pendingOf = perDeps(
  (): PendingWrites => ({ waiting: new Set(), isStopped: false, lastError: -Infinity }),
);

/** Whether this process may begin a refresh: nothing is waiting too long, and it is not stopping. */
export function mayRefresh(deps: LeanDeps): boolean {
  const { waiting, isStopped } = pendingOf(deps);
  return !isStopped && waiting.size < mostPending;
}

/**
 * Whether a lease that ran out may be taken over. Not while writes of our own are waiting, nor soon
 * after an error: its holder may be waiting for the same database with the newest token in hand.
 */
export function mayTakeOver(deps: LeanDeps): boolean {
  const { waiting, lastError } = pendingOf(deps);
  return waiting.size === 0 && performance.now() - lastError > distrustTime;
}

/** How many tokens wait for the database. */
export function pendingCount(deps: LeanDeps): number {
  return pendingOf(deps).waiting.size;
}

/**
 * Writes tokens until they are committed, however long the database is away. False when they belong
 * to a generation that is no more.
 */
export async function writeTokens(deps: LeanDeps, pending: PendingTokens): Promise<boolean> {
  const writes = pendingOf(deps);
  writes.waiting.add(pending);
  while (!writes.isStopped) {
    try {
      const written = await tryWrite(deps, pending);
      writes.waiting.delete(pending);
      return written;
    } catch (error) {
      // Whatever it says, the provider's answer is the only one there is.
      const { connectionId } = pending.grant;
      if (!isUnavailable(error)) deps.log.error({ err: error, connectionId }, 'a token waits');
      await wait(retryPause);
    }
  }
  throw new UnavailableError();
}

/** Remembers when the database failed, if that is what the error says. */
export function noteDatabaseError(deps: LeanDeps, error: unknown): void {
  if (isUnavailable(error)) pendingOf(deps).lastError = performance.now();
}

/** Throws on what is not the database being away. */
export function requireUnavailable(error: unknown): void {
  if (!isUnavailable(error)) throw error;
}

/** Whether an error says that the database is away. */
export function isUnavailable(error: unknown): boolean {
  return translateDatabaseError(error) instanceof UnavailableError;
}

/** Stops the writing and answers what could not be written. */
export function stopWriting(deps: LeanDeps): PendingTokens[] {
  const writes = pendingOf(deps);
  writes.isStopped = true;
  return [...writes.waiting];
}

/** False when the generation is no more. A key that was retired meanwhile is no reason to give a token up. */
async function tryWrite(deps: LeanDeps, pending: PendingTokens): Promise<boolean> {
  for (;;) {
    const outcome = await store(deps, pending);
    if (outcome !== 'key retired') return outcome === 'stored';
    const key = await nextKey(deps, pending.grant.projectId);
    if (key === undefined) return false;
    pending.key = key;
  }
}

/** The key after one that was retired; undefined when the project was deleted with all of its keys. */
async function nextKey({ vault }: LeanDeps, projectId: string): Promise<SealingKey | undefined> {
  vault.forgetSealingKey(projectId);
  try {
    return await vault.sealingKey(projectId);
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}

function store(deps: LeanDeps, { grant, tokens, key, facts, answeredAt, by }: PendingTokens) {
  const sealed = sealTokens(deps.vault, key, grant, tokens);
  const age = (performance.now() - answeredAt) / 1_000;
  return storeRefreshedTokens(deps.sql, grant, { ...facts, sealed, dataKeyId: key.id, age }, by);
}
