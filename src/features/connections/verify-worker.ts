import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Deps } from '../../core/deps/deps.ts';
import type { PlannedVerification } from '../../core/verification/plan-verification.ts';
import type { Verdict } from '../../core/verification/verdict.ts';
import type { GrantActor } from '../../oauth/refresh/grant.ts';
import { withLease } from '../../platform/db/lease.ts';
import { newId } from '../../platform/new-id.ts';
import { isAccountChanged } from './account-change.ts';
import { claimDueVerifications, type DueVerification } from './due-verifications.statements.ts';
import { verdictDetail } from './verify-credentials.ts';
import { recordVerdict, verifyStored } from './verify-stored.ts';

/*
 * Verifies the credentials of all connections by schedule (VERIFY_EVERY). Each connection has its own time
 * within the period, so that the checks are spread. The processes share the work: a connection is claimed in
 * the database, and so is the host that receives the credentials.
 */

/** Maximum number of checks that run or wait in a process, and of those for one type. */
const verifySlots = 16;
const slotsPerType = 4;

/** Limits in milliseconds of the pause between two claims. A twentieth of the period lies between them. */
const shortestClaimPause = 250;
const longestClaimPause = 60_000;

/** Seconds for which a process keeps a host to itself. It renews them while a check runs. */
const hostSeconds = 15;

/** Seconds for which a check waits for its host. */
const longestHostWait = 30;

const verifier: GrantActor = { actor: 'server', ip: null, requestId: 'verify-worker' };

/** Starts the worker if the operator wants one. */
export function startVerifyWorker(deps: Deps): { stop(until: number): Promise<void> } {
  const every = deps.config.verifyEvery;
  if (every === undefined) return { stop: async () => {} };
  const worker = new VerifyWorker(deps, every);
  const end = worker.run();
  return {
    async stop(until) {
      worker.stop();
      await end;
      await worker.finish(until);
    },
  };
}

class VerifyWorker {
  readonly #deps: Deps;
  /** The period in seconds. */
  readonly #every: number;
  readonly #running = new Map<DueVerification, Promise<void>>();
  /** The end of the queue of each host. */
  readonly #queues = new Map<string, Promise<unknown>>();
  readonly #stopping = new AbortController();
  /** When the worker started, by the clock of the database. */
  #startedAt: Date | undefined;

  constructor(deps: Deps, every: number) {
    this.#deps = deps;
    this.#every = every;
  }

  async run(): Promise<void> {
    const { signal } = this.#stopping;
    const pause = Math.min(
      Math.max((this.#every * 1_000) / 20, shortestClaimPause),
      longestClaimPause,
    );
    while (!signal.aborted) {
      const claimed = await this.#claim().catch((error: unknown) => {
        this.#deps.log.warn({ err: error }, 'the verify worker failed');
        return 0;
      });
      // With more work than verifySlots, the next claim follows as soon as one of them is free.
      const free = claimed > 0 ? Promise.race(this.#running.values()) : undefined;
      const jittered = pause * (0.5 + Math.random());
      await Promise.race([wait(jittered, undefined, { signal, ref: false }), free ?? never]).catch(
        () => {},
      );
    }
  }

  stop(): void {
    this.#stopping.abort();
  }

  /** Waits for the checks that run, until `until` (`performance.now()`). */
  async finish(until: number): Promise<void> {
    const left = Math.max(0, until - performance.now());
    await Promise.race([
      Promise.allSettled(this.#running.values()),
      wait(left, undefined, { ref: false }),
    ]);
  }

  async #claim(): Promise<number> {
    const free = verifySlots - this.#running.size;
    if (free <= 0) return 0;
    this.#startedAt ??= (await this.#deps.sql<{ now: Date }>('now', 'SELECT now()', []))[0]?.now;
    const due = await claimDueVerifications(this.#deps.sql, {
      slots: free,
      slotsPerType,
      running: [...this.#running.keys()].map(({ stored }) => stored.type),
      every: this.#every,
      startedAt: this.#startedAt ?? new Date(),
    });
    for (const each of due) {
      const check = this.#check(each).finally(() => this.#running.delete(each));
      this.#running.set(each, check);
    }
    return due.length;
  }

  /** A check that fails is due again when its claim ends. */
  async #check({ stored, state }: DueVerification): Promise<void> {
    const deps = this.#deps;
    try {
      const { verdict, host } = await verifyStored(deps, stored, {
        by: verifier,
        admit: (planned) => this.#runAlone(planned),
      });
      await deps.insertAuditEvent({
        id: newId(),
        action: 'connection.verify',
        actor: verifier.actor,
        organizationId: stored.organizationId,
        projectId: stored.projectId,
        connectionId: stored.id,
        ip: null,
        requestId: verifier.requestId,
        detail: {
          ...verdictDetail(verdict, host),
          ...(isAccountChanged(state.account, verdict.account) && { account_changed: true }),
        },
      });
      await recordVerdict(deps, state, { verdict, isConfirmed: false });
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      deps.log.warn({ err: error, connectionId: stored.id }, 'a connection was not verified');
    }
  }

  /** Runs a check when no other check by schedule uses its host, in this process or another. */
  #runAlone(planned: PlannedVerification): Promise<Verdict> {
    const { host } = planned;
    const { outbound } = this.#deps;
    if (host === null) return planned.run(outbound);
    // A host can have the name of a customer in it, and everybody who reads the database sees a lease.
    const name = `verify ${createHash('sha256').update(host).digest('base64url')}`;
    const before = this.#queues.get(host) ?? Promise.resolve();
    const mine = before.then(() => {
      this.#stopping.signal.throwIfAborted();
      return withLease(this.#deps, name, () => planned.run(outbound), {
        seconds: hostSeconds,
        waitSeconds: longestHostWait,
      });
    });
    const settled = mine.then(
      () => {},
      () => {},
    );
    this.#queues.set(host, settled);
    void settled.then(() => {
      if (this.#queues.get(host) === settled) this.#queues.delete(host);
    });
    return mine;
  }
}

const never = new Promise<never>(() => {});
