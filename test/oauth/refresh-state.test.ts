import { describe, expect, test } from 'vitest';
import { TokenFailure } from '../../src/oauth/provider/token-failure.ts';
import type { AccessToken, Grant, Lease, PendingTokens } from '../../src/oauth/refresh/grant.ts';
import {
  isFresh,
  isTokenAlive,
  mayCallProvider,
  next,
  type RefreshEvent,
  type RefreshState,
} from '../../src/oauth/refresh/refresh-state.ts';

const lease: Lease = { owner: 'us', requestedAt: 0, isAttemptOpen: false, failures: 0 };
const tokens = { accessToken: 'at', tokenType: 'Bearer' };
const token: AccessToken = { tokens, scopes: [], expiresAt: null, secondsLeft: null, life: null };
const pending: PendingTokens = {
  grant: { organizationId: 'o', projectId: 'p', id: 'c', tokenVersion: 1 },
  tokens,
  key: { id: 'k', key: new Uint8Array() },
  facts: { scopes: null, life: 3_600, refreshable: true, refreshIn: 2_700 },
  answeredAt: 0,
  by: { actor: 'server', ip: null, requestId: 'r', eventId: 'e' },
};

const failed: RefreshState & { kind: 'failed' } = {
  kind: 'failed',
  failure: 'unclear',
  message: 'It failed.',
  pause: 2,
  isOutcomeUnknown: false,
  owner: 'us',
};

const states = {
  fresh: { kind: 'fresh' },
  due: { kind: 'due', reason: null },
  leased: { kind: 'leased', lease },
  pending: { kind: 'pending', pending },
  saved: { kind: 'saved', pending },
  stored: { kind: 'stored', token },
  failed,
  paused: { kind: 'paused', isPassing: true, message: 'It failed.' },
  expired: { kind: 'expired', message: 'It ended.' },
  superseded: { kind: 'superseded' },
} satisfies { [Kind in RefreshState['kind']]: RefreshState & { kind: Kind } };

type Facts = Pick<
  Grant,
  'secondsLeft' | 'life' | 'isRefreshable' | 'isPaused' | 'lastRefreshError'
>;
const old: Facts = {
  secondsLeft: 30,
  life: 3_600,
  isRefreshable: true,
  isPaused: false,
  lastRefreshError: null,
};
const read = (
  facts: Partial<Facts> = {},
  isRefreshOff = false,
): RefreshEvent & { kind: 'read' } => ({
  kind: 'read',
  grant: { ...old, ...facts },
  isRefreshOff,
});

const passing = new TokenFailure('passing', 'the provider is down');
const failure = (cause: TokenFailure): RefreshEvent & { kind: 'failure' } => ({
  kind: 'failure',
  failure: cause,
  random: 1,
});

/** All events, each in one of its forms. */
const events = {
  read: read(),
  'lease requested': { kind: 'lease requested', isCurrent: true, lease },
  'not called': { kind: 'not called', reason: 'This process stops.' },
  tokens: { kind: 'tokens', pending },
  failure: failure(passing),
  'failure recorded': { kind: 'failure recorded', isRefusedTooLong: false },
  'lease lost': { kind: 'lease lost' },
  committed: { kind: 'committed', token },
  'not current': { kind: 'not current' },
  'not committed': { kind: 'not committed' },
  stopping: { kind: 'stopping' },
  restarted: { kind: 'restarted' },
} satisfies { [Kind in RefreshEvent['kind']]: RefreshEvent & { kind: Kind } };

type Kind = RefreshState['kind'];

/** The state that each event leads to. All other pairs are bugs. */
const transitions: { [From in Kind]: { [On in RefreshEvent['kind']]?: Kind } } = {
  fresh: { read: 'due' },
  due: { read: 'due', 'lease requested': 'leased', 'not called': 'due' },
  leased: { read: 'due', 'not called': 'due', tokens: 'pending', failure: 'failed' },
  pending: {
    read: 'due',
    committed: 'stored',
    'not current': 'superseded',
    'not committed': 'pending',
    stopping: 'saved',
  },
  saved: { read: 'due', restarted: 'pending' },
  stored: { read: 'due' },
  failed: { read: 'due', 'failure recorded': 'paused', 'lease lost': 'superseded' },
  paused: { read: 'due' },
  expired: { read: 'due' },
  superseded: { read: 'due' },
};

const pairs = Object.values(states).flatMap((state) =>
  Object.values(events).map((event): [Kind, RefreshEvent['kind'], RefreshState, RefreshEvent] => [
    state.kind,
    event.kind,
    state,
    event,
  ]),
);

test.each(pairs)(
  '%s on "%s" leads to the one state in the table, or to an error',
  (from, on, state, event) => {
    const expected = transitions[from][on];
    if (expected === undefined) expect(() => next(state, event)).toThrow(`is ${from} has no event`);
    else expect(next(state, event).kind).toBe(expected);
  },
);

describe('a grant that was read', () => {
  test.each([
    ['is fresh with a minute left', read({ secondsLeft: 60 }), states.fresh],
    ['is due with less', read({ secondsLeft: 59.9 }), states.due],
    [
      'is fresh with a tenth of a short life left',
      read({ secondsLeft: 10, life: 100 }),
      states.fresh,
    ],
    ['is due with less than that', read({ secondsLeft: 9.9, life: 100 }), states.due],
    ['is due after its end', read({ secondsLeft: -1 }), states.due],
    ['is fresh when it does not expire', read({ secondsLeft: null, life: null }), states.fresh],
    ['is fresh to its end without a refresh token', read({ isRefreshable: false }), states.fresh],
    [
      'is expired after its end without a refresh token',
      read({ isRefreshable: false, secondsLeft: 0 }),
      {
        kind: 'expired',
        message: 'The access token ended, and the provider gave no refresh token.',
      },
    ],
    [
      'is paused after failures',
      read({ isPaused: true, lastRefreshError: 'It is down.' }),
      { kind: 'paused', isPassing: true, message: 'It is down.' },
    ],
    [
      'is paused while refreshing is turned off',
      read({}, true),
      { kind: 'paused', isPassing: true, message: expect.stringContaining('REFRESH=off') },
    ],
    ['is fresh though refreshing is turned off', read({ secondsLeft: 600 }, true), states.fresh],
  ])('%s', (_, event, expected) => {
    expect(next(states.superseded, event)).toEqual(expected);
  });
});

describe('a request for a lease', () => {
  const answer = (isCurrent: boolean, mine: Lease | null): RefreshEvent => ({
    kind: 'lease requested',
    isCurrent,
    lease: mine,
  });

  test('waits while another process holds it', () => {
    expect(next(states.due, answer(true, null))).toEqual(states.due);
  });

  test('is superseded by another generation, and never calls the provider then', () => {
    expect(next(states.due, answer(false, null))).toEqual(states.superseded);
  });

  test('gives the lease that was taken', () => {
    expect(next(states.due, answer(true, lease))).toEqual(states.leased);
  });
});

describe('a failure', () => {
  const failAfter = (cause: TokenFailure, held: Partial<Lease> = {}) =>
    next({ kind: 'leased', lease: { ...lease, ...held } }, failure(cause));

  test.each([
    ['passing', 0, 2],
    ['passing', 3, 16],
    ['passing', 9, 60],
    ['refused', 3, 16],
    ['refused', 30, 900],
    ['unclear', 30, 900],
  ] as const)(
    'that is %s after %i others pauses for %i seconds at most',
    (kind, failures, seconds) => {
      const cause = new TokenFailure(kind, 'no');
      expect(failAfter(cause, { failures })).toMatchObject({ failure: kind, pause: seconds });
      const least = next(
        { kind: 'leased', lease: { ...lease, failures } },
        { kind: 'failure', failure: cause, random: 0 },
      );
      expect(least).toMatchObject({ pause: seconds / 2 });
    },
  );

  test('pauses as long as Retry-After says, if that is longer', () => {
    const busy = new TokenFailure('passing', 'busy', { retryAfter: 120 });
    expect(failAfter(busy)).toMatchObject({ pause: 120, isOutcomeUnknown: false });
  });

  test('without an answer leaves the outcome unknown, now and until an answer is clear', () => {
    expect(failAfter(passing)).toMatchObject({ isOutcomeUnknown: true });
    const unsent = new TokenFailure('passing', 'unreachable', { isSent: false });
    expect(failAfter(unsent)).toMatchObject({ isOutcomeUnknown: false });
    expect(failAfter(unsent, { isAttemptOpen: true })).toMatchObject({ isOutcomeUnknown: true });
  });

  test('that ends the grant mentions an earlier attempt with an unknown outcome', () => {
    const ended = new TokenFailure('ended', 'the grant has ended');
    expect(failAfter(ended)).toMatchObject({ failure: 'ended', message: 'the grant has ended.' });
    const message = expect.stringMatching(/^the grant has ended\. An earlier attempt/);
    expect(failAfter(ended, { isAttemptOpen: true })).toMatchObject({ message });
  });
});

describe('a recorded failure', () => {
  const recorded = (isRefusedTooLong: boolean): RefreshEvent => ({
    kind: 'failure recorded',
    isRefusedTooLong,
  });

  test.each([
    ['passing', true],
    ['refused', false],
    ['unclear', false],
  ] as const)('that is %s pauses the grant', (kind, isPassing) => {
    const state = next({ ...failed, failure: kind }, recorded(false));
    expect(state).toEqual({ kind: 'paused', isPassing, message: 'It failed.' });
  });

  test('that ended the grant expires the connection', () => {
    const state = next({ ...failed, failure: 'ended' }, recorded(false));
    expect(state).toEqual({ kind: 'expired', message: 'It failed.' });
  });

  test('after 72 hours of refusals becomes an end, which nobody holds a lease for', () => {
    const state = next(failed, recorded(true));
    const message = expect.stringMatching(/^It failed\. It has refused for 72 hours/);
    expect(state).toMatchObject({ kind: 'failed', failure: 'ended', message, owner: null });
    expect(next(state, recorded(false))).toEqual({ kind: 'expired', message });
  });
});

test('tokens that are saved to the disk are pending again after a restart, until they are committed', () => {
  const path: RefreshEvent[] = [
    events['not committed'],
    events.stopping,
    events.restarted,
    events['not committed'],
    events.committed,
  ];
  const kinds: Kind[] = [];
  path.reduce<RefreshState>((state, event) => {
    const following = next(state, event);
    kinds.push(following.kind);
    return following;
  }, states.pending);
  expect(kinds).toEqual(['pending', 'saved', 'pending', 'pending', 'stored']);
});

test('the provider is called only with 15 seconds of the lease left', () => {
  expect(mayCallProvider({ ...lease, requestedAt: 1_000 }, 16_000)).toBe(true);
  expect(mayCallProvider({ ...lease, requestedAt: 1_000 }, 16_001)).toBe(false);
});

test('a token lives until its last second, and is fresh only before the last minute', () => {
  expect([isTokenAlive({ secondsLeft: 0.1 }), isTokenAlive({ secondsLeft: 0 })]).toEqual([
    true,
    false,
  ]);
  expect(isTokenAlive({ secondsLeft: null })).toBe(true);
  expect(isFresh({ secondsLeft: 59, life: 3_600 })).toBe(false);
});
