import type { RequestFacts } from '../../core/access/request-context.ts';
import { hashUserId } from '../../core/audit/audit.service.ts';
import type { TypeRegistry } from '../../core/catalog/type-registry.ts';
import { announceChanges } from '../../core/changes/announce-changes.ts';
import type { Deps } from '../../core/deps/deps.ts';
import type { Prisma } from '../../platform/db/generated/client.ts';
import { ConflictError } from '../../platform/errors.ts';
import { newId } from '../../platform/new-id.ts';
import { type OpenConnection, openConnection } from '../provider/load-connection.ts';
import { digestProvider, type Provider, resolveProvider } from '../provider/provider.ts';
import type { TokenAnswer } from '../provider/token-answer.ts';
import { type GrantTokens, openTokens, sealTokens } from '../refresh/grant.ts';
import { accessTokenLife, refreshAfter } from '../refresh/refresh-state.ts';
import { forgetUndo } from '../revoke/drop-grant.ts';
import type { Attempt } from './attempt.ts';
import { accountColumns, accountIdOf, isOtherAccount } from './consent-account.ts';
import type { Undo } from './undo-consent.service.ts';

/** A consent whose code was exchanged, with everything that is needed to store it. */
export type Consent = {
  attempt: Attempt;
  connection: OpenConnection;
  provider: Provider;
  answer: TokenAnswer;
  /** Lets the result page undo the consent; undefined when the browser goes on. */
  undo: Undo | undefined;
};

/**
 * Links the connection that an end user brings. It runs first in the transaction that stores the tokens, so
 * that every writer locks the user before the connection.
 *
 * @throws ConflictError when scopes are missing, or when the present link must stay.
 */
export type LinkConsent = (
  tx: Prisma.TransactionClient,
  consent: Consent,
  types: TypeRegistry,
) => Promise<void>;

const storeAttempts = 3;

/**
 * Stores the tokens of a consent as the next generation and makes the connection active, in one
 * transaction.
 *
 * @throws ConflictError when another account consented the first time, or when the connection of an end
 * user cannot be linked. Nothing changes then.
 */
export async function storeConsent(
  deps: Deps,
  request: RequestFacts,
  consent: Consent,
  link: LinkConsent,
): Promise<void> {
  let { connection } = consent;
  for (let attempt = 0; attempt < storeAttempts; attempt += 1) {
    const before = await readStoredGrant(deps, connection);
    if (isOtherAccount(before?.tokens, consent)) throw new ConflictError(anotherAccount);
    const kept = consent.answer.refreshToken ?? (await keptRefreshToken(deps, consent, before));
    const answer = { ...consent.answer, refreshToken: kept };
    const stored = await tryStore(deps, request, { ...consent, answer, connection, before }, link);
    if (stored) return announceChanges(deps);
    deps.vault.forgetSealingKey(connection.projectId);
    connection = await reopen(deps, consent);
  }
  throw new ConflictError(changedSince);
}

const anotherAccount =
  'This connection belongs to another account. Sign in with that account, or make a new connection.';
const changedSince = 'The connection has changed since this consent began. Start again.';

/** Reads the connection again. The tokens belong to the provider that it had when the consent began. */
async function reopen(deps: Deps, { attempt }: Consent): Promise<OpenConnection> {
  const connection = await openConnection(deps, { id: attempt.connectionId });
  if (connection === undefined) throw new ConflictError(changedSince);
  const provider = resolveProvider(connection.type, connection.config, deps.config.oauthClients);
  if (!digestProvider(provider).equals(attempt.provider)) throw new ConflictError(changedSince);
  return connection;
}

async function readStoredGrant({ db, vault }: Deps, connection: OpenConnection) {
  const grant = await db.oauthGrant.findUnique({
    where: { connectionId: connection.id },
    include: { tokensDataKey: true },
  });
  if (grant === null) return undefined;
  const { tokenVersion, tokens, tokensDataKey } = grant;
  if (tokens === null || tokensDataKey === null) return { tokenVersion, tokens: undefined };
  const { organizationId, projectId, id } = connection;
  const sealed = { organizationId, projectId, id, sealed: tokens, dataKey: tokensDataKey };
  return { tokenVersion, tokens: await openTokens(vault, sealed) };
}

/**
 * Returns the refresh token to keep when the response has none: many providers give one only with a person's
 * first consent. It is kept unless it belongs to another account, or its end has expired the connection.
 */
async function keptRefreshToken(
  deps: Deps,
  consent: Consent,
  before: Awaited<ReturnType<typeof readStoredGrant>>,
): Promise<string | undefined> {
  const { connection, provider } = consent;
  if (before?.tokens !== undefined) {
    return connection.status === 'expired' ? undefined : before.tokens.refreshToken;
  }
  const earlier = await readLinkedGrant(deps, connection, provider);
  return isOtherAccount(earlier, consent) ? undefined : earlier?.refreshToken;
}

/** Returns the tokens of the end user's earlier connection: each consent of an end user makes a new one. */
async function readLinkedGrant(
  { db, vault }: Deps,
  { broughtBy, type, organizationId, projectId }: OpenConnection,
  { refreshEndpoint }: Provider,
): Promise<GrantTokens | undefined> {
  if (broughtBy === null) return undefined;
  const { endUserId, requirementId } = broughtBy;
  const grant = await db.oauthGrant.findFirst({
    where: {
      connection: {
        endUserId,
        requirementId,
        type: type.type,
        status: 'active',
        link: { isNot: null },
      },
      tokenHost: refreshEndpoint.host,
      refreshable: true,
    },
    include: { tokensDataKey: true },
  });
  if (!grant?.tokens || !grant.tokensDataKey) return undefined;
  const { connectionId: id, tokens: sealed, tokensDataKey: dataKey } = grant;
  return openTokens(vault, { organizationId, projectId, id, sealed, dataKey });
}

type ConsentWithGrant = Consent & { before: Awaited<ReturnType<typeof readStoredGrant>> };

/** Returns false when the connection, its grant, or the data key changed since they were read. */
async function tryStore(
  deps: Deps,
  request: RequestFacts,
  { before, ...consent }: ConsentWithGrant,
  link: LinkConsent,
): Promise<boolean> {
  const { id: connectionId, organizationId, projectId, version, broughtBy } = consent.connection;
  const key = await deps.vault.sealingKey(projectId);
  const user = broughtBy && (await hashUserId(deps, broughtBy.appId, broughtBy.userId));
  const place = { organizationId, projectId, id: connectionId };
  const tokens = grantTokens(consent, before?.tokens);
  const sealed = sealTokens(deps.vault, key, place, tokens);
  const types = deps.connectionTypes;
  const storing = deps.db.$transaction(async (tx) => {
    if (broughtBy !== null) await link(tx, consent, types);
    const [held] = await tx.$queryRaw<{ now: Date }[]>`
      SELECT now() FROM connection c, data_key k WHERE c.id = ${connectionId}::uuid
        AND c.version = ${version} AND k.id = ${key.id}::uuid AND k.status = 'active'
      FOR NO KEY UPDATE OF c FOR SHARE OF k`;
    if (held === undefined) throw new ChangedSinceRead();
    const row = { ...grantFacts(consent, held.now), tokens: sealed, tokensDataKeyId: key.id };
    const { count } =
      before === undefined
        ? await tx.oauthGrant.createMany({ data: { connectionId, ...row }, skipDuplicates: true })
        : await tx.oauthGrant.updateMany({
            where: { connectionId, tokenVersion: before.tokenVersion },
            data: { ...row, tokenVersion: { increment: 1 } },
          });
    if (count === 0) throw new ChangedSinceRead();
    await forgetUndo(tx, connectionId);
    if (consent.undo !== undefined) {
      await tx.authorizationAttempt.update({
        where: { id: consent.attempt.id },
        data: { undoDigest: consent.undo.digest },
        select: { id: true },
      });
    }
    await tx.connection.update({
      where: { id: connectionId },
      // The last verdict was about the tokens before.
      data: {
        ...accountColumns(consent),
        status: 'active',
        verdict: null,
        verifiedAt: null,
        verdictMessage: null,
        verdictHttpStatus: null,
      },
      select: { id: true },
    });
    await tx.auditEvent.create({
      data: {
        id: newId(),
        action: broughtBy === null ? 'connection.callback' : 'link.create',
        actor: consent.attempt.initiator,
        organizationId,
        projectId,
        connectionId,
        ip: request.ip,
        requestId: request.id,
        ...(broughtBy !== null && { detail: { requirement: broughtBy.requirementId, user } }),
      },
    });
    return true;
  });
  return storing.catch((error: unknown) => {
    if (error instanceof ChangedSinceRead) return false;
    throw error;
  });
}

/** Rolls a transaction back, to try again with the present rows. */
class ChangedSinceRead extends Error {}

/** Keeps the known account when a later response does not name one. */
function grantTokens(consent: Consent, before: GrantTokens | undefined): GrantTokens {
  const { accessToken, tokenType, refreshToken, extra, ...answer } = consent.answer;
  const account = answer.account ?? before?.account;
  const accountId = accountIdOf(consent) ?? before?.accountId;
  return {
    accessToken,
    tokenType,
    ...(refreshToken !== undefined && { refreshToken }),
    ...(account !== undefined && { account }),
    ...(accountId !== undefined && { accountId }),
    ...(extra && { extra }),
  };
}

function grantFacts({ provider, attempt, answer }: Consent, now: Date) {
  const refreshable = answer.refreshToken !== undefined;
  const life = accessTokenLife(answer.expiresIn, refreshable);
  const inSeconds = (seconds: number) => new Date(now.getTime() + seconds * 1_000);
  return {
    scopes: answer.scopes ?? attempt.scopes,
    wantedScopes: attempt.scopes,
    accessTokenLife: life,
    accessTokenExpiresAt: life === null ? null : inSeconds(life),
    refreshable,
    tokenHost: provider.refreshEndpoint.host,
    lastRefreshedAt: null,
    nextRefreshAt:
      refreshable && life !== null ? inSeconds(refreshAfter(life, Math.random())) : null,
    consecutiveFailures: 0,
    lastRefreshError: null,
    refusedSince: null,
    attemptStartedAt: null,
    leaseOwner: null,
    leaseUntil: null,
  };
}
