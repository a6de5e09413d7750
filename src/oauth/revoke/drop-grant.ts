import type { Prisma } from '../../platform/db/generated/client.ts';

/**
 * Drops a connection's tokens. Their generation ends, so that a refresh under way stores nothing
 * over this; the row stays, so that no later generation is taken for this one.
 */
export async function dropGrant(tx: Prisma.TransactionClient, connectionId: string): Promise<void> {
  await tx.oauthGrant.updateMany({
    where: { connectionId },
    data: {
      tokenVersion: { increment: 1 },
      tokens: null,
      tokensDataKeyId: null,
      scopes: [],
      refreshable: false,
      accessTokenExpiresAt: null,
      accessTokenLife: null,
      nextRefreshAt: null,
      leaseOwner: null,
      leaseUntil: null,
      attemptStartedAt: null,
      consecutiveFailures: 0,
      lastRefreshError: null,
      refusedSince: null,
    },
  });
  await forgetUndo(tx, connectionId);
}

/** Ends what pages of earlier consents offer: what they could take back is no more. */
export async function forgetUndo(
  tx: Prisma.TransactionClient,
  connectionId: string,
): Promise<void> {
  await tx.authorizationAttempt.updateMany({
    where: { connectionId, undoDigest: { not: null } },
    data: { undoDigest: null },
  });
}

/**
 * Lets a refresh be tried at once, after its client's secret was corrected. The generation stays:
 * what a refresh under way brings is good, and must not be lost.
 */
export async function forgiveGrant(
  tx: Prisma.TransactionClient,
  connectionId: string,
): Promise<void> {
  await tx.oauthGrant.updateMany({
    where: { connectionId },
    data: { consecutiveFailures: 0, lastRefreshError: null, refusedSince: null },
  });
}
