import type { Prisma } from '../../platform/db/generated/client.ts';

/**
 * Drops a connection's tokens. Their generation ends, so that a refresh under way cannot store its tokens
 * here. The row stays, so that a later generation never has the same number.
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

/** Invalidates the undo handles of earlier consents. */
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
 * Ends the pause after failures, once the client's secret was corrected. The generation stays: the tokens of
 * a refresh under way are good and must not be lost.
 */
export async function resetBackoff(
  tx: Prisma.TransactionClient,
  connectionId: string,
): Promise<void> {
  await tx.oauthGrant.updateMany({
    where: { connectionId },
    data: { consecutiveFailures: 0, lastRefreshError: null, refusedSince: null },
  });
}
