import type { Prisma } from '../db/generated/client.ts';
import type { Deps } from '../deps.ts';
import { openTokens } from './grant-tokens.ts';
import { openConnection } from './load-connection.ts';
import { resolveProvider } from './provider.ts';
import { requestRevocation } from './token-request.ts';

/**
 * Prepares to revoke a connection's token at its provider, while the connection is still there; the
 * answer does it, as well as it goes. Undefined where there is nothing to revoke, or nobody to tell.
 */
export async function prepareRevocation(
  deps: Deps,
  where: Prisma.ConnectionWhereInput,
): Promise<(() => Promise<void>) | undefined> {
  const grant = await deps.db.oauthGrant.findFirst({
    where: { connection: where },
    include: { tokensDataKey: true },
  });
  // A copy of a database must not end the original's grants.
  if (!grant?.tokens || !grant.tokensDataKey || deps.config.refresh === 'off') return undefined;
  const { connectionId } = grant;
  try {
    const connection = await openConnection(deps, { id: connectionId });
    if (connection === undefined) return undefined;
    const provider = resolveProvider(connection.type, connection.config, deps.config.oauthClients);
    const place = { ...connection, connectionId };
    const tokens = await openTokens(deps.vault, grant.tokensDataKey, place, grant.tokens);
    const token = tokens.refreshToken ?? tokens.accessToken;
    return () => revoke(deps, connectionId, () => requestRevocation(deps, provider, token));
  } catch (error) {
    deps.log.warn({ err: error, connectionId }, 'a token could not be prepared for revocation');
    return undefined; // a damaged connection can still be deleted
  }
}

async function revoke({ log }: Deps, connectionId: string, send: () => Promise<void>) {
  try {
    await send();
  } catch (error) {
    log.warn({ err: error, connectionId }, 'a token was not revoked at its provider');
  }
}

/** The tokens that are kept in memory until they are revoked, a few KB each; those beyond it end by themselves. */
const mostRevocations = 10_000;
const preparedAtOnce = 8;
const revokedAtOnce = 4;

/** Prepares to revoke the tokens of many connections that are about to be deleted together. */
export async function prepareRevocations(
  deps: Deps,
  where: Prisma.ConnectionWhereInput,
): Promise<() => Promise<void>> {
  const grants = await deps.db.oauthGrant.findMany({
    where: { connection: where, tokens: { not: null } },
    orderBy: { connection: { createdAt: 'desc' } },
    take: mostRevocations + 1,
    select: { connectionId: true },
  });
  if (grants.length > mostRevocations) {
    deps.log.warn({ mostRevocations }, 'more connections go than tokens are revoked at providers');
  }
  const revocations: (() => Promise<void>)[] = [];
  await forEach(grants.slice(0, mostRevocations), preparedAtOnce, async ({ connectionId }) => {
    const revoke = await prepareRevocation(deps, { id: connectionId });
    if (revoke !== undefined) revocations.push(revoke);
  });
  return () => forEach(revocations, revokedAtOnce, (revoke) => revoke());
}

/** Does something with each item, with so many at a time. */
async function forEach<Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const left = items.values();
  const worker = async () => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
