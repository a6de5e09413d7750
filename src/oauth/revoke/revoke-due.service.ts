import { setTimeout as wait } from 'node:timers/promises';
import { findShippedType } from '../../core/catalog/catalog.ts';
import type { Deps } from '../../core/deps/deps.ts';
import { type Provider, resolveProvider } from '../provider/provider.ts';
import { requestRevocation } from '../provider/token-request.ts';
import {
  claimDue,
  type DueRevocation,
  endRevocation,
  forgetPrepared,
  giveUpRevocation,
  placeOfRevocation,
  postponeRevocation,
  type RevocationRequest,
  triedHours,
} from './revocation.statements.ts';

/** Maximum number of revocations that a process sends at the same time. */
const sentAtOnce = 4;
/** Number of consecutive failures of a host after which the run sends it no further requests. */
const toleratedRevocationFailures = 4;

/** Returns the pause after so many failures, in seconds: half a minute at first, an hour at most. */
const revocationPauseAfter = (failures: number) => Math.min(30 * 2 ** failures, 3_600);

/** The pause of a revocation whose host is left alone, in seconds. */
const hostPause = 60;

/** `current` is the run under way; `isAskedAgain` says that another must follow it. */
type RevocationRun = { current: Promise<void> | undefined; isAskedAgain: boolean };

export function createRevocationRun(): RevocationRun {
  return { current: undefined, isAskedAgain: false };
}

declare module '../../core/deps/deps.ts' {
  interface Deps {
    revocationRun: RevocationRun;
  }
}

/**
 * Sends the due revocations, a few at a time, until none is left that can be sent. Concurrent calls in a
 * process share one run. Several processes share the work.
 */
export function revokeDue(deps: Deps): Promise<void> {
  const run = deps.revocationRun;
  run.isAskedAgain = true;
  run.current ??= runAll(deps, run).finally(() => {
    run.current = undefined;
  });
  return run.current;
}

/** Waits for the run under way, but not longer than `until` (`performance.now()`). */
export async function finishRevocations(deps: Deps, until: number): Promise<void> {
  const timer = new AbortController();
  const late = wait(Math.max(until - performance.now(), 0), undefined, { signal: timer.signal });
  await Promise.race([deps.revocationRun.current, late]).finally(() => timer.abort());
  await late.catch(() => {}); // aborted
}

async function runAll(deps: Deps, run: RevocationRun): Promise<void> {
  // A copy of a database must not end the original's grants.
  if (deps.config.refresh === 'off') return;
  try {
    while (run.isAskedAgain) {
      run.isAskedAgain = false;
      await sendAll(deps);
    }
    await forgetPrepared(deps.sql);
  } catch (error) {
    deps.log.warn({ err: error }, 'tokens were not revoked at their providers; they will be');
  }
}

/** Failures in a row of each host. */
type Failures = Map<string, number>;

async function sendAll(deps: Deps): Promise<void> {
  const failures: Failures = new Map();
  for (;;) {
    if (deps.stopping.signal.aborted) return;
    const due = await claimDue(deps.sql, [...failures.keys()].filter(isFailing(failures)));
    if (due.length === 0) return;
    const left = due.values();
    const worker = async () => {
      for (const revocation of left) await sendRevocation(deps, revocation, failures);
    };
    await Promise.all(Array.from({ length: sentAtOnce }, worker));
  }
}

const isFailing = (failures: Failures) => (host: string) =>
  (failures.get(host) ?? 0) >= toleratedRevocationFailures;

async function sendRevocation(
  deps: Deps,
  revocation: DueRevocation,
  hosts: Failures,
): Promise<void> {
  const { sql, log, stopping } = deps;
  const { id, host, connectionId, failures } = revocation;
  if (stopping.signal.aborted || isFailing(hosts)(host)) {
    return postponeRevocation(sql, { id, failures, seconds: hostPause });
  }
  try {
    await revokeAtProvider(deps, revocation);
    hosts.delete(host);
    await endRevocation(sql, id);
  } catch (error) {
    hosts.set(host, (hosts.get(host) ?? 0) + 1);
    if (revocation.isLast) {
      log.error({ err: error, connectionId, triedHours }, 'a token is not revoked at its provider');
      return giveUpRevocation(sql, id);
    }
    log.warn({ err: error, connectionId }, 'a token was not revoked at its provider; it will be');
    await postponeRevocation(sql, {
      id,
      failures: failures + 1,
      seconds: revocationPauseAfter(failures),
    });
  }
}

async function revokeAtProvider(
  deps: Deps,
  { id, host, sealed, dataKey }: DueRevocation,
): Promise<void> {
  const plaintext = await deps.vault.open(dataKey, placeOfRevocation(id), sealed);
  const request = JSON.parse(plaintext.toString()) as RevocationRequest;
  const provider = providerOf(deps, request);
  if (provider.isMovable && provider.revocationEndpoint?.host !== host) {
    throw new Error('The revocation endpoint is on another host than before.');
  }
  await requestRevocation(deps, provider, request.token);
}

function providerOf({ config: { oauthClients } }: Deps, request: RevocationRequest): Provider {
  const { provider, type: name, config } = request;
  if (provider !== undefined) {
    return {
      ...provider,
      authorizationEndpoint: new URL(provider.authorizationEndpoint),
      tokenEndpoint: new URL(provider.tokenEndpoint),
      revocationEndpoint: provider.revocationEndpoint && new URL(provider.revocationEndpoint),
      trustedEndpoints: new Set(), // JSON has no sets, and the operator gives no endpoint of a custom type
    };
  }
  const type = findShippedType(name);
  if (type === undefined) throw new Error(`There is no type ${name}.`);
  return resolveProvider(type, config, oauthClients);
}
