import type { Deps } from '../../core/deps/deps.ts';
import { startUntilSealed } from '../../core/vault/write-sealed.ts';
import type { Prisma } from '../../platform/db/generated/client.ts';
import { newId } from '../../platform/new-id.ts';
import { withKept } from '../provider/extras.ts';
import { connectionParts, type OAuthConnectionRow, openRow } from '../provider/load-connection.ts';
import { resolveProvider } from '../provider/provider.ts';
import { openTokens } from '../refresh/grant.ts';
import {
  dropPrepared,
  type PreparedRevocation,
  placeOfRevocation,
  type RevocationRequest,
  storePrepared,
} from './revocation.statements.ts';
import { revokeDue } from './revoke-due.service.ts';

/** Number of connections that are opened at a time, which bounds the secrets in memory. */
const revokeBatchRows = 100;

/**
 * Ends connections, or their grants, and revokes all of their tokens at the providers. The revocations
 * are stored first and become due in the transaction that ends each grant, so that a crash loses none.
 * They are sent afterwards, without waiting for a provider.
 *
 * @param where the connections that may end; tokens of those that stay are not revoked.
 * @param end ends them.
 */
export async function revokingTokens<Result>(
  deps: Deps,
  where: Prisma.ConnectionWhereInput,
  end: () => Promise<Result>,
): Promise<Result> {
  const prepared: string[] = [];
  try {
    // A copy of a database must not end the original's grants.
    if (deps.config.refresh === 'on') await prepare(deps, where, prepared);
    return await end();
  } finally {
    if (prepared.length > 0) {
      await dropPrepared(deps.sql, prepared).catch(() => {}); // of connections that stay; else a sweep deletes them
      void revokeDue(deps);
    }
  }
}

async function prepare(
  deps: Deps,
  where: Prisma.ConnectionWhereInput,
  prepared: string[],
): Promise<void> {
  let after: string | undefined;
  do {
    const grants = await readGrants(deps, where, after);
    const requests: OpenedTokens[] = [];
    for (const grant of grants) {
      const request = await openRequest(deps, grant);
      if (request !== undefined) requests.push(request);
    }
    if (requests.length > 0) await store(deps, requests, prepared);
    after = grants.length < revokeBatchRows ? undefined : grants.at(-1)?.connectionId;
  } while (after !== undefined);
}

function readGrants({ db }: Deps, where: Prisma.ConnectionWhereInput, after: string | undefined) {
  return db.oauthGrant.findMany({
    where: {
      connection: where,
      tokens: { not: null },
      ...(after !== undefined && { connectionId: { gt: after } }),
    },
    orderBy: { connectionId: 'asc' },
    take: revokeBatchRows,
    relationLoadStrategy: 'join',
    include: { tokensDataKey: true, connection: { include: connectionParts } },
  });
}

type GrantToRevoke = Prisma.OauthGrantGetPayload<{ include: { tokensDataKey: true } }> & {
  connection: OAuthConnectionRow;
};
type OpenedTokens = Omit<PreparedRevocation, 'sealed'> & { request: RevocationRequest };

/** Returns undefined where the provider has no revocation, and for a damaged connection: it can still be deleted. */
async function openRequest(deps: Deps, grant: GrantToRevoke): Promise<OpenedTokens | undefined> {
  const { connectionId, tokens: sealed, tokensDataKey } = grant;
  if (sealed === null || tokensDataKey === null) return undefined;
  try {
    const connection = await openRow(deps, grant.connection);
    const { organizationId, projectId, type } = connection;
    const place = { organizationId, projectId, id: connectionId };
    const tokens = await openTokens(deps.vault, { ...place, sealed, dataKey: tokensDataKey });
    const config = withKept(type, connection.config, tokens.extra);
    const provider = resolveProvider(type, config, deps.config.oauthClients);
    const { revocationEndpoint } = provider;
    if (revocationEndpoint === null) return undefined;
    const token = tokens.refreshToken ?? tokens.accessToken;
    const isCustom = type.origin === 'custom';
    const request = { type: type.type, config, token, ...(isCustom && { provider }) };
    const { host } = revocationEndpoint;
    return { id: newId(), connectionId, organizationId, projectId, host, request };
  } catch (error) {
    deps.log.warn({ err: error, connectionId }, 'a token could not be prepared for revocation');
    return undefined;
  }
}

async function store(
  deps: Deps,
  requests: readonly OpenedTokens[],
  prepared: string[],
): Promise<void> {
  await startUntilSealed(deps, null, async (key) => {
    const rows = requests.map(({ request, ...row }) => {
      const plaintext = Buffer.from(JSON.stringify(request));
      return { ...row, sealed: deps.vault.seal(key, placeOfRevocation(row.id), plaintext) };
    });
    const isStored = await storePrepared(deps.sql, key.id, rows);
    return isStored ? { result: undefined } : undefined;
  });
  prepared.push(...requests.map(({ id }) => id));
}
