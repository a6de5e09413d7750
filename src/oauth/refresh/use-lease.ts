import type { LeanDeps } from '../../core/deps/deps.ts';
import { InvalidInputError } from '../../platform/errors.ts';
import { newId } from '../../platform/new-id.ts';
import { loadProvider } from '../provider/load-provider.ts';
import type { Provider } from '../provider/provider.ts';
import type { TokenAnswer } from '../provider/token-answer.ts';
import { TokenFailure } from '../provider/token-failure.ts';
import { requestRefresh } from '../provider/token-request.ts';
import type { Grant, GrantActor, GrantTokens, Lease, PendingTokens } from './grant.ts';
import { releaseRefreshLease } from './lease.statements.ts';
import {
  accessTokenLife,
  mayCallProvider,
  type RefreshEvent,
  refreshAfter,
} from './refresh-state.ts';

/** A refresh of one generation of tokens. With a lease in the grant, this process has it already. */
export type RefreshRequest = {
  grant: Grant;
  /** Called under the lease. Undefined: the refresh must not begin, because this process is about to stop. */
  openTokens: () => Promise<GrantTokens | undefined>;
  by: GrantActor;
};

/** Calls the provider under the lease, or releases the lease if the provider cannot be called now. */
export async function useLease(
  deps: LeanDeps,
  refresh: RefreshRequest,
  lease: Lease,
): Promise<RefreshEvent> {
  const { grant, by } = refresh;
  try {
    const call = await prepareCall(deps, refresh, lease);
    if (call.kind === 'not called') return call;
    return await callProvider(deps, { ...call, grant, by });
  } catch (error) {
    if (!(error instanceof TokenFailure)) throw error;
    const { kind, message: reason, description } = error;
    const connectionId = grant.id;
    deps.log.warn({ connectionId, kind, reason, description }, 'a refresh brought no token');
    return { kind: 'failure', failure: error, random: Math.random() };
  }
}

/** Everything that is loaded before the provider is called. */
type ProviderCall = {
  kind: 'ready';
  before: GrantTokens;
  provider: Provider;
  key: PendingTokens['key'];
};

/** Releases the lease unless the provider can be called, or a TokenFailure is recorded next. */
async function prepareCall(
  deps: LeanDeps,
  { grant, openTokens }: RefreshRequest,
  lease: Lease,
): Promise<ProviderCall | (RefreshEvent & { kind: 'not called' })> {
  const release = () => releaseRefreshLease(deps.sql, grant, lease);
  try {
    const before = await openTokens();
    if (before === undefined) {
      await release();
      return { kind: 'not called', reason: 'this process is about to stop.' };
    }
    const provider = await requireGrantProvider(deps, grant, { ...lease, before });
    const key = await deps.vault.sealingKey(grant.projectId);
    if (mayCallProvider(lease, performance.now())) return { kind: 'ready', before, provider, key };
    await release();
    return { kind: 'not called', reason: 'this process was delayed while it held the lease.' };
  } catch (error) {
    if (!(error instanceof TokenFailure)) await release().catch(() => {});
    throw error;
  }
}

/* Once the provider was called, nobody may call it again at once: after an error the lease ends by itself. */
async function callProvider(
  deps: LeanDeps,
  { grant, by, before, provider, key }: ProviderCall & Pick<RefreshRequest, 'grant' | 'by'>,
): Promise<RefreshEvent> {
  const answer = await requestRefresh(deps, provider, before.refreshToken ?? '');
  const pending: PendingTokens = {
    grant,
    key,
    answeredAt: performance.now(),
    by: { ...by, eventId: newId() },
    ...followingTokens(before, answer),
  };
  return { kind: 'tokens', pending };
}

async function requireGrantProvider(
  deps: LeanDeps,
  grant: Grant,
  { settings, before }: Pick<Lease, 'settings'> & { before: GrantTokens },
): Promise<Provider> {
  try {
    const provider = await loadProvider(deps, grant, { settings, extra: before.extra });
    if (provider !== undefined) return requireSameHost(provider, grant);
  } catch (cause) {
    if (!(cause instanceof InvalidInputError)) throw cause;
    throw new TokenFailure('refused', cause.message, { cause });
  }
  throw new TokenFailure('passing', 'the connection was deleted', { isSent: false });
}

/**
 * Makes sure that a refresh token goes only to the host that issued it. A change of an address drops the tokens,
 * but a refresh under way may have read them before.
 */
function requireSameHost(provider: Provider, { tokenHost }: Grant): Provider {
  if (!provider.isMovable || provider.refreshEndpoint.host === tokenHost) return provider;
  throw new TokenFailure('ended', 'the token endpoint is on another host than at the consent');
}

/** Returns the tokens of the next generation: those of the answer, with what it leaves out kept. */
function followingTokens(
  before: GrantTokens,
  answer: TokenAnswer,
): Pick<PendingTokens, 'tokens' | 'facts'> {
  const refreshToken = answer.refreshToken ?? before.refreshToken;
  const refreshable = refreshToken !== undefined;
  const life = accessTokenLife(answer.expiresIn, refreshable);
  return {
    tokens: {
      ...before,
      accessToken: answer.accessToken,
      tokenType: answer.tokenType,
      ...(refreshable && { refreshToken }),
      ...(answer.extra && { extra: { ...before.extra, ...answer.extra } }),
    },
    facts: {
      // Some providers return a blank scope: the granted scopes stay (RFC 6749, section 6).
      scopes: answer.scopes?.length ? answer.scopes : null,
      life,
      refreshable,
      refreshIn: refreshable && life !== null ? refreshAfter(life, Math.random()) : null,
    },
  };
}
