import { describe, expect, test } from 'vitest';
import { statusOf as requirementStatusOf } from '../helpers/end-users.ts';
import { grantOf, leave, refusalOf, statusOf, tokenOf } from '../helpers/grants.ts';
import { connect, consent, useWorld } from '../helpers/world.ts';
import { ask, bring, connectionOf, json, resolveOf } from './bring.ts';

/* Many providers return a refresh token with a person's first consent only. */

const world = useWorld('google');

const accounts = [
  ['the same account', 'id_token', 'A', true],
  ['an account that is not said', 'none', 'A', true],
  ['another account that is not said', 'none', 'B', true],
] as const;

describe('a second consent without a refresh token', () => {
  test.each(accounts)(
    'keeps the refresh token of the connection for %s',
    async (_, account, person) => {
      world.provider.set({ account });
      const id = await connect(world);
      world.provider.set({ refreshToken: 'never', consent: person });
      expect((await consent(world, id)).status).toBe(200);
      expect((await grantOf(world, id)).refreshable).toBe(true);
      const before = await tokenOf(world, id);
      await leave(world, id, -5);
      expect((await tokenOf(world, id)).access_token).not.toBe(before.access_token);
    },
  );

  test('by another account is refused, and the connection keeps its refresh token', async () => {
    const id = await connect(world);
    world.provider.set({ refreshToken: 'never', consent: 'B' });
    expect((await consent(world, id)).status).toBe(400);
    await leave(world, id, -5);
    const { access_token: token } = await tokenOf(world, id);
    expect(world.provider.findAccount(token)).toBe('A');
  });

  test.each([...accounts, ['another account', 'id_token', 'B', false]] as const)(
    'keeps or drops the refresh token of an end user’s link for %s',
    async (_, account, person, isKept) => {
      world.provider.set({ account });
      const asked = await ask(world);
      expect((await bring(asked)).status).toBe(200);
      world.provider.set({ refreshToken: 'never', consent: person });
      expect((await bring(asked)).status).toBe(200);
      const id = await connectionOf(asked);
      expect((await grantOf(world, id)).refreshable).toBe(isKept);
      await leave(world, id, -5);
      expect((await resolveOf(asked)).__typename).toBe(isKept ? 'Credentials' : 'ConflictError');
      const status = await requirementStatusOf(asked.user, asked.requirement);
      expect(status).toBe(isKept ? 'completed' : 'pending');
    },
  );

  test('does not keep a refresh token that the provider has ended', async () => {
    const id = await connect(world);
    await leave(world, id, -5);
    world.provider.set({ failure: json(400, { error: 'invalid_grant' }) });
    expect((await refusalOf(world, id)).status).toBe(409);
    world.provider.reset({ refreshToken: 'never' });
    expect((await consent(world, id)).status).toBe(200);
    expect(await statusOf(world, id)).toBe('active');
    expect((await grantOf(world, id)).refreshable).toBe(false);
  });

  test('stores a new refresh token when the provider returns one', async () => {
    const id = await connect(world);
    const [first] = world.provider.issued.slice(-1);
    expect((await consent(world, id)).status).toBe(200);
    world.provider.families.at(-2)?.refreshTokens.clear();
    await leave(world, id, -5);
    expect((await tokenOf(world, id)).access_token).not.toBe(first?.accessToken);
  });
});
