import { describe, expect, test } from 'vitest';
import { createOutboundFetch } from '../../src/core/outbound/outbound-fetch.ts';
import { endPause, leave, refusalOf, statusOf } from '../helpers/grants.ts';
import { connect, consent, prepare, useWorld } from '../helpers/world.ts';

const world = useWorld('generic');

describe('when a name resolves to a private address', () => {
  test.each(['10.0.0.1', '127.0.0.1', 'fd00::1'])(
    'the server sends no code to %s',
    async (address) => {
      const { deps } = world.server;
      const { outbound } = deps;
      const family = address.includes(':') ? 6 : 4;
      const lookup = async () => [
        { address: '93.184.215.14', family: 4 },
        { address, family },
      ];
      const { allowed } = outbound;
      deps.outbound = { ...outbound, checked: createOutboundFetch({ allowed, lookup }) };
      const { port } = new URL(world.provider.issuer);
      const { authorizationEndpoint, client } = world.provider;
      const id = await prepare(world, {
        config: {
          authorization_url: authorizationEndpoint,
          token_url: `https://provider.example:${port}/token`,
          client_id: client.id,
        },
      });
      world.provider.reset();
      const page = await consent(world, id);
      deps.outbound = outbound;
      expect(page).toMatchObject({
        status: 400,
        text: expect.stringContaining('(outbound_unreachable)'),
      });
      expect(page.text).not.toContain(address);
      expect(world.provider.calls).toEqual([]);
    },
  );

  test('a refresh fails for now: fetching returns 502 once the token ended, and the connection stays active', async () => {
    const id = await connect(world);
    world.provider.reset();
    const { deps } = world.server;
    const { outbound } = deps;
    deps.outbound = {
      ...outbound,
      checked: createOutboundFetch({ allowed: { hosts: new Set(), ranges: [] } }),
    };
    await leave(world, id, -5);
    const message = expect.stringContaining('(outbound_unreachable)');
    expect(await refusalOf(world, id)).toEqual({ status: 502, message });
    expect(await statusOf(world, id)).toBe('active');
    expect(world.provider.calls).toEqual([]);
    deps.outbound = outbound;
    await endPause(world, id);
    expect((await refusalOf(world, id)).status).toBe(200);
  });
});
