import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Answer, dataOf, send } from '../requests.ts';
import { startTwoServers, type TwoServers } from './two-servers.ts';

/* The provider is away for an hour; the test moves the times in the database back in steps. */

const step = 20;
const outage = 3_600;
const life = 3_600;

const refusal =
  /"bad_gateway".*Could not obtain a new access token: Google (answered with status 500|could not be reached)/;

let servers: TwoServers;
let read: string;
let unread: string;
let began: string;
beforeAll(async () => {
  servers = await startTwoServers(
    { rotation: 'revoke_family', expiresIn: life, recordValues: ['refresh_token'] },
    { REFRESH: 'on', LOG_LEVEL: 'error' },
  );
  [read, unread] = [await servers.connect('read'), await servers.connect('unread')];
  began = (await fetchBoth(read))[0]?.text ?? '';
}, 90_000);
afterAll(() => servers.stop());

const pauses: number[] = [];

it('returns the token while it is valid, then 502, and stays active', async () => {
  const { provider } = servers;
  await pass(life - 800); // due, with some minutes left
  await provider.set({ failure: { kind: 'status', status: 500 } });
  for (let passed = 0; passed < outage; passed += step) {
    if (passed === outage / 2) await provider.set({ failure: { kind: 'reset' } });
    await pass(step);
    const [left, failures] = [await secondsLeft(read), await failuresOf(read)];
    const answers = await fetchBoth(read);
    for (const { status, text } of answers) {
      if (left > 2) expect([status, text]).toEqual([200, began]);
      else if (left <= 0) expect([status, text]).toEqual([502, expect.stringMatching(refusal)]);
    }
    if ((await failuresOf(read)) > failures) pauses.push(await secondsToNext(read));
    if (passed % 600 === 0) expect(await statuses()).toEqual(['active', 'active']);
  }
  expect(await secondsLeft(read)).toBeLessThan(-2_000);
  expect(await statuses()).toEqual(['active', 'active']);
}, 180_000);

it('calls the provider at growing intervals, at last every 30 to 60 s with jitter', async () => {
  const calls = await callsOf(read);
  expect(calls).toBe(await failuresOf(read));
  expect(calls).toBeGreaterThanOrEqual(outage / 80);
  expect(calls).toBeLessThanOrEqual(outage / 30 + 6);
  const last = pauses.slice(6);
  expect(Math.min(...last)).toBeGreaterThan(28);
  expect(Math.max(...last)).toBeLessThanOrEqual(60);
  expect(new Set(last.map(Math.round)).size).toBeGreaterThan(10);
  // Nobody read the other connection; the worker skips a host that fails repeatedly.
  expect(await callsOf(unread)).toBeLessThanOrEqual(calls);
});

it('recovers by itself when the provider is back, read or not', async () => {
  const { provider } = servers;
  await provider.set({ failure: null });
  await pass(60); // the longest pause
  const answers = await fetchBoth(read);
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  expect(answers[0]?.text).not.toBe(began);
  expect(answers[1]?.text).toBe(answers[0]?.text);
  await expect.poll(() => failuresOf(unread), { timeout: 90_000, interval: 500 }).toBe(0);
  expect(await secondsLeft(unread)).toBeGreaterThan(life - 120);
  expect((await fetchBoth(unread)).map(({ status }) => status)).toEqual([200, 200]);
  expect(await statuses()).toEqual(['active', 'active']);
  const { counts } = await provider.look();
  expect(counts).toMatchObject({ refreshes: 2, reuses: 0, revocations: 0 });
}, 120_000);

/** Moves all grants forward by seconds. Leases stay, because their holders are running and quick. */
async function pass(seconds: number): Promise<void> {
  const by = 'make_interval(secs => $1::float8)';
  await servers.query(
    `UPDATE oauth_grant SET access_token_expires_at = access_token_expires_at - ${by},
      next_refresh_at = next_refresh_at - ${by}, last_refreshed_at = last_refreshed_at - ${by},
      attempt_started_at = attempt_started_at - ${by}`,
    [seconds],
  );
}

/** Returns the config that both processes return, or the refusal. */
function fetchBoth(id: string): Promise<Pick<Answer, 'status' | 'text'>[]> {
  const fetchFrom = async (server: TwoServers['a']) => {
    const answer = await send(server, `POST /v1/connections/${id}/credentials`);
    if (answer.status !== 200) return answer;
    const { config } = dataOf<{ config: { access_token: string } }>(answer);
    return { status: 200, text: config.access_token };
  };
  return Promise.all([servers.a, servers.b].map(fetchFrom));
}

function statuses(): Promise<string[]> {
  const look = async (id: string) =>
    dataOf<{ status: string }>(await send(servers.b, `GET /v1/connections/${id}`)).status;
  return Promise.all([read, unread].map(look));
}

const secondsLeft = (id: string) => ask(id, 'EXTRACT(EPOCH FROM access_token_expires_at - now())');
const secondsToNext = (id: string) => ask(id, 'EXTRACT(EPOCH FROM next_refresh_at - now())');
const failuresOf = (id: string) => ask(id, 'consecutive_failures');

async function ask(id: string, what: string): Promise<number> {
  const text = `SELECT (${what})::float8 AS value FROM oauth_grant WHERE connection_id = $1`;
  const [row] = await servers.query<{ value: number }>(text, [id]);
  return row?.value ?? Number.NaN;
}

/** Returns how many calls of this connection the provider had before it answered one. */
async function callsOf(id: string): Promise<number> {
  const { calls, issued } = await servers.provider.look();
  const mine = issued[id === read ? 0 : 1]?.refreshToken;
  return calls.filter(({ values }) => values.refresh_token === mine).length;
}
