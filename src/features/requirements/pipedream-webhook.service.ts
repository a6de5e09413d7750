import { setTimeout as wait } from 'node:timers/promises';
import type { Deps } from '../../core/deps/deps.ts';
import { accountCheckPause, claimByWebhook } from './awaited-accounts.ts';
import { linkAwaitedAccount } from './link-account.service.ts';

/**
 * Handles a call of a webhook: a hint that an account may exist, after which Pipedream is asked for it.
 * The body is not read. So a stranger who knows the address can only make us ask once in a few seconds.
 */
export async function heedWebhook(deps: Deps, secret: string, requestId: string): Promise<void> {
  const heeded = deps.heededWebhooks;
  if (heeded.has(secret) || heeded.size >= mostHeeded) return;
  heeded.add(secret);
  try {
    // Pipedream may have been asked just before the account existed, so ask once more after the pause.
    if (await askOnce(deps, secret, requestId)) return;
    await wait(accountCheckPause * 1_000, undefined, { ref: false });
    await askOnce(deps, secret, requestId);
  } catch (error) {
    deps.log.warn({ err: error, requestId }, 'could not process a webhook');
  } finally {
    heeded.delete(secret);
  }
}

/**
 * Maximum number of webhooks that are handled at the same time. The next status request handles the
 * others.
 */
const mostHeeded = 1_000;

declare module '../../core/deps/deps.ts' {
  interface Deps {
    /** The webhooks that are being handled, by the secret part of their address. */
    heededWebhooks: Set<string>;
  }
}

async function askOnce(deps: Deps, secret: string, requestId: string): Promise<boolean> {
  const awaited = await claimByWebhook(deps.sql, secret);
  return awaited !== undefined && linkAwaitedAccount(deps, awaited, requestId);
}
