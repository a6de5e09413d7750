import type { TokenFailure, TokenFailureKind } from '../provider/token-failure.ts';
import type { AccessToken, Grant, Lease, PendingTokens } from './grant.ts';
import { leaseSeconds } from './grant.ts';

/*
 * The life of one generation of a grant's tokens. docs/oauth.md describes it in sentences.
 *
 *   fresh ──► due ──lease taken──► leased ──tokens──► pending ──committed──► stored ──read──► fresh
 *              ▲ ▲                  │  │               │   ▲
 *              │ └──lease released──┘  │ failure  stop │   │ next start
 *              │   (not called)        ▼               ▼   │
 *              ├──pause over── paused ◄─ failed        saved (on the disk: the database is away)
 *              │                         │
 *              │                         └─dead grant, or refused for 72 hours──► expired
 *              │
 *              └──read── superseded ◄── due, pending or failed: another process has stored the next
 *                                       generation or taken over the lease, or a consent came first
 *
 * `next` makes the decisions and does no I/O. refresh-grant.ts does what each state requires and reports
 * the result as an event. get-access-token.ts decides what a caller gets in each final state.
 */
export type RefreshState =
  /** The access token can be returned. */
  | { kind: 'fresh' }
  /** To be refreshed. `reason` says why this process does not do it now; null: it does. */
  | { kind: 'due'; reason: string | null }
  /** This process may call the provider. */
  | { kind: 'leased'; lease: Lease }
  /** The provider has replaced the tokens. The new ones are lost unless they are stored. */
  | { kind: 'pending'; pending: PendingTokens }
  /** This process stops. The tokens go to the disk, sealed, for the next start. */
  | { kind: 'saved'; pending: PendingTokens }
  /** The next generation is committed. */
  | { kind: 'stored'; token: AccessToken }
  /** The provider gave no tokens, and this is to be recorded. `owner` holds the lease; null: nobody does. */
  | {
      kind: 'failed';
      failure: TokenFailureKind;
      message: string;
      /** Seconds until the next attempt. */
      pause: number;
      /** Whether the provider may have replaced the token without this server knowing. */
      isOutcomeUnknown: boolean;
      owner: string | null;
    }
  /** To be refreshed again after a pause. `isPassing`: the same request may work then. */
  | { kind: 'paused'; isPassing: boolean; message: string }
  /** The grant has ended. Only a new consent helps. */
  | { kind: 'expired'; message: string }
  /** The database holds another generation or none, or another process holds the lease: read again. */
  | { kind: 'superseded' };

export type RefreshEvent =
  /** The grant was read from the database. */
  | { kind: 'read'; grant: GrantTimes; isRefreshOff: boolean }
  /** The database answered a request for the lease. `lease` is null while another process holds it. */
  | { kind: 'lease requested'; isCurrent: boolean; lease: Lease | null }
  /** This process cannot call the provider now, and holds no lease. */
  | { kind: 'not called'; reason: string }
  /** The provider returned tokens. */
  | { kind: 'tokens'; pending: PendingTokens }
  /** The provider returned none. `random`, from 0 to 1, spreads the pauses of many grants. */
  | { kind: 'failure'; failure: TokenFailure; random: number }
  | { kind: 'failure recorded'; isRefusedTooLong: boolean }
  /** Nothing was recorded: another process has taken over the lease or stored the next generation, and that counts. */
  | { kind: 'lease lost' }
  | { kind: 'committed'; token: AccessToken }
  /** The write found another generation: a consent, another process, or an earlier try of the same write. */
  | { kind: 'not current' }
  /** The write failed. Whatever the error says, the provider's answer is the only one there is. */
  | { kind: 'not committed' }
  | { kind: 'stopping' }
  /** The next process has read the tokens from the disk. */
  | { kind: 'restarted' };

type GrantTimes = Pick<
  Grant,
  'secondsLeft' | 'life' | 'isRefreshable' | 'isPaused' | 'lastRefreshError'
>;

/**
 * Returns the state that follows on an event.
 *
 * @throws Error for an event that cannot happen in the state: a bug.
 */
export function next(state: RefreshState, event: RefreshEvent): RefreshState {
  const following = event.kind === 'read' ? afterRead(event) : follow(state, event);
  if (following !== undefined) return following;
  throw new Error(`A refresh that is ${state.kind} has no event "${event.kind}".`);
}

function follow(state: RefreshState, event: RefreshEvent): RefreshState | undefined {
  switch (state.kind) {
    case 'due':
      if (event.kind === 'lease requested') return afterLeaseRequest(event);
      return event.kind === 'not called' ? { kind: 'due', reason: event.reason } : undefined;
    case 'leased':
      if (event.kind === 'not called') return { kind: 'due', reason: event.reason };
      if (event.kind === 'tokens') return { kind: 'pending', pending: event.pending };
      return event.kind === 'failure' ? afterFailure(state.lease, event) : undefined;
    case 'pending':
      if (event.kind === 'committed') return { kind: 'stored', token: event.token };
      if (event.kind === 'not current') return { kind: 'superseded' };
      if (event.kind === 'stopping') return { kind: 'saved', pending: state.pending };
      return event.kind === 'not committed' ? state : undefined;
    case 'saved':
      return event.kind === 'restarted' ? { kind: 'pending', pending: state.pending } : undefined;
    case 'failed':
      if (event.kind === 'lease lost') return { kind: 'superseded' };
      return event.kind === 'failure recorded' ? afterRecord(state, event) : undefined;
    default:
      return undefined;
  }
}

/** The reason why a connection expires whose provider gave no refresh token. */
export const unrefreshable = 'The access token ended, and the provider gave no refresh token.';

function afterRead({ grant, isRefreshOff }: RefreshEvent & { kind: 'read' }): RefreshState {
  const { isRefreshable, isPaused, lastRefreshError } = grant;
  if (isFresh(grant)) return { kind: 'fresh' };
  if (!isRefreshable) {
    return isTokenAlive(grant) ? { kind: 'fresh' } : { kind: 'expired', message: unrefreshable };
  }
  if (isRefreshOff) {
    const message = 'refreshing is turned off on this server (REFRESH=off).';
    return { kind: 'paused', isPassing: true, message };
  }
  if (!isPaused) return { kind: 'due', reason: null };
  return { kind: 'paused', isPassing: true, message: lastRefreshError ?? providerUnreachable };
}

const providerUnreachable = 'the provider could not be reached.';

function afterLeaseRequest({
  isCurrent,
  lease,
}: RefreshEvent & { kind: 'lease requested' }): RefreshState {
  // Without the current tokens the provider must not be called: it may end the whole grant.
  if (!isCurrent) return { kind: 'superseded' };
  return lease === null ? { kind: 'due', reason: null } : { kind: 'leased', lease };
}

const doubt =
  ' An earlier attempt ended without an answer: the provider may have replaced the token then.';

function afterFailure(
  lease: Lease,
  { failure, random }: RefreshEvent & { kind: 'failure' },
): RefreshState {
  const { kind, retryAfter } = failure;
  const isDoubtful = kind === 'ended' && lease.isAttemptOpen;
  return {
    kind: 'failed',
    failure: kind,
    message: `${failure.message}.${isDoubtful ? doubt : ''}`,
    pause: Math.max(pauseAfter(kind, lease.failures + 1, random), retryAfter ?? 0),
    isOutcomeUnknown: failure.isOutcomeUnknown || lease.isAttemptOpen,
    owner: lease.owner,
  };
}

/** Hours of refusals without a known reason after which a grant counts as ended. */
export const longestRefusal = 72;
const refusedLong = ` It has refused for ${longestRefusal} hours, so the grant counts as ended.`;

function afterRecord(
  state: RefreshState & { kind: 'failed' },
  { isRefusedTooLong }: RefreshEvent & { kind: 'failure recorded' },
): RefreshState {
  const { failure, message } = state;
  if (failure === 'ended') return { kind: 'expired', message };
  if (!isRefusedTooLong) return { kind: 'paused', isPassing: failure === 'passing', message };
  // The record of the refusal has released the lease. The end is recorded next.
  return { ...state, failure: 'ended', message: `${message}${refusedLong}`, owner: null };
}

/** Whether an access token has enough life left to be returned without a refresh. */
export function isFresh({ secondsLeft, life }: Pick<Grant, 'secondsLeft' | 'life'>): boolean {
  return secondsLeft === null || life === null || secondsLeft >= Math.min(60, life / 10);
}

/** Whether an access token still works. */
export function isTokenAlive({ secondsLeft }: Pick<Grant, 'secondsLeft'>): boolean {
  return secondsLeft === null || secondsLeft > 0;
}

/** Milliseconds of a lease that must be left when the provider is called: it has 10 s to answer. */
const leastLeaseLeft = 15_000;

/** Whether so much of a lease is left, at a `performance.now()`, that no other process takes it over too soon. */
export function mayCallProvider({ requestedAt }: Lease, now: number): boolean {
  return now - requestedAt <= leaseSeconds * 1_000 - leastLeaseLeft;
}

/** Lifetime in seconds of an access token whose provider gives a refresh token and no `expires_in`. */
const defaultLife = 3_600;

/** Returns the lifetime of an access token in seconds; null: it does not expire. */
export function accessTokenLife(
  expiresIn: number | undefined,
  isRefreshable: boolean,
): number | null {
  return expiresIn ?? (isRefreshable ? defaultLife : null);
}

/** Returns when a token is refreshed ahead of its end: after 70 to 80 % of its life, in seconds. */
export function refreshAfter(life: number, random: number): number {
  return life * (0.7 + 0.1 * random);
}

/** The longest pauses in seconds. */
const longestPauses = { passing: 60, refused: 900, unclear: 900, ended: 0 };

/** Returns the pause in seconds after so many failures in a row: twice as long each time, with jitter. */
function pauseAfter(kind: TokenFailureKind, failures: number, random: number): number {
  const full = Math.min(2 ** Math.min(failures, 12), longestPauses[kind]);
  return full * (0.5 + 0.5 * random);
}
