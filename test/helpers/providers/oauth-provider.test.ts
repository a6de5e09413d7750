import { afterEach, describe, expect, it } from 'vitest';
import { createFlow, redirectUri } from './code-flow.ts';
import { launchOAuthProvider } from './oauth-provider.control.ts';
import { presets } from './oauth-provider.presets.ts';
import type { Switches } from './oauth-provider.switches.ts';
import { type OAuthProvider, startOAuthProvider } from './oauth-provider.ts';

let running: OAuthProvider | undefined;

afterEach(() => running?.stop());

async function start(switches: Partial<Switches> = {}) {
  running = await startOAuthProvider({ switches });
  return running;
}

const refusal = (error: string) => ({ code: 'OAUTH_RESPONSE_BODY_ERROR', error });

describe('a code flow against the scripted provider', () => {
  it.each(['basic', 'body', 'basic+json'] as const)('runs with %s', async (method) => {
    const provider = await start({ clientAuthentication: method, iss: 'own' });
    const flow = createFlow(provider, method);
    const tokens = await flow.run();
    expect(tokens).toMatchObject({ token_type: 'bearer', expires_in: 3600, scope: 'read' });
    expect(provider.findAccount(tokens.access_token)).toBe('A');
    const next = await flow.refresh(tokens.refresh_token);
    expect(next.refresh_token).not.toBe(tokens.refresh_token);
    expect(provider.calls.map((call) => call.operation)).toEqual([
      'authorization_code',
      'refresh_token',
    ]);
    expect(provider.counts).toMatchObject({ authorizations: 1, exchanges: 1, refreshes: 1 });
  });

  it('is recorded with the names of all parameters, and with the values that the test asked for', async () => {
    const provider = await start({ recordValues: ['redirect_uri'] });
    const tokens = await createFlow(provider).run();
    const told = JSON.stringify([provider.calls, provider.counts]);
    expect(told).not.toContain(tokens.access_token);
    expect(provider.calls).toMatchObject([
      {
        operation: 'authorization_code',
        authentication: 'basic',
        contentType: 'application/x-www-form-urlencoded',
        accept: 'application/json',
        values: { redirect_uri: redirectUri },
        status: 200,
      },
    ]);
    expect(provider.calls[0]?.params).toEqual(
      expect.arrayContaining(['code', 'code_verifier', 'grant_type', 'redirect_uri']),
    );
    expect(provider.authorizations[0]).toMatchObject({ scope: 'read', response_type: 'code' });
  });

  it.each([
    ['another verifier', { redirectUri, verifier: 'x'.repeat(43) }],
    ['another redirect_uri', { redirectUri: `${redirectUri}/other`, verifier: undefined }],
  ])('is refused with %s', async (_, sent) => {
    const provider = await start();
    const flow = createFlow(provider);
    const exchange = flow.exchange(await flow.consent(), sent);
    await expect(exchange).rejects.toMatchObject(refusal('invalid_grant'));
    expect(provider.counts.exchanges).toBe(0);
  });

  it('is refused without PKCE', async () => {
    const flow = createFlow(await start());
    const callback = await flow.consent('read', { code_challenge_method: 'plain' });
    expect(callback.searchParams.get('error')).toBe('invalid_request');
  });

  it('ends the consent when a code is used twice', async () => {
    const provider = await start();
    const flow = createFlow(provider);
    const callback = await flow.consent();
    const { access_token } = await flow.exchange(callback);
    await expect(flow.exchange(callback)).rejects.toMatchObject(refusal('invalid_grant'));
    expect(provider.findAccount(access_token)).toBeUndefined();
    expect(provider.counts).toMatchObject({ reuses: 1, revocations: 1 });
  });

  it('is denied with a hostile description, consented to by B, or asked about on a page', async () => {
    const provider = await start({ consent: 'deny' });
    const { searchParams } = await createFlow(provider).consent();
    expect(searchParams.get('error')).toBe('access_denied');
    expect(searchParams.get('error_description')).toContain('<script>');
    provider.set({ consent: 'B' });
    const tokens = await createFlow(provider).run();
    expect(provider.findAccount(tokens.access_token)).toBe('B');
    provider.set({ consent: 'ask' });
    await expect(createFlow(provider).consent()).rejects.toThrow(/Allow as account A/);
    const asked = await createFlow(provider).consent('read', { decision: 'B' });
    expect(asked.searchParams.has('code')).toBe(true);
  });

  it('can lie about the issuer', async () => {
    const flow = createFlow(await start({ iss: 'https://other.example' }));
    await expect(flow.run()).rejects.toThrow(/iss/);
  });

  it('is refused to a client that authenticates in the wrong way', async () => {
    const provider = await start({ clientAuthentication: 'body' });
    await expect(createFlow(provider, 'basic').run()).rejects.toMatchObject({ status: 401 });
    provider.client.secret = 'changed';
    await expect(createFlow(provider, 'body').run()).resolves.toBeDefined();
    expect(provider.calls.map((call) => call.authentication)).toEqual(['basic', 'body']);
    expect(provider.calls[0]?.error).toBe('invalid_client');
  });
});

describe('rotation', () => {
  it('revoke_family ends the consent when an old refresh token is used again', async () => {
    const provider = await start({ rotation: 'revoke_family' });
    const flow = createFlow(provider);
    const first = await flow.run();
    const second = await flow.refresh(first.refresh_token);
    for (const { refresh_token } of [first, second]) {
      await expect(flow.refresh(refresh_token)).rejects.toMatchObject(refusal('invalid_grant'));
    }
    expect(provider.counts).toMatchObject({ refreshes: 1, reuses: 1, revocations: 1 });
  });

  it('strict refuses an old refresh token, lenient accepts it, and off never changes it', async () => {
    const provider = await start({ rotation: 'strict' });
    const flow = createFlow(provider);
    const first = await flow.run();
    const second = await flow.refresh(first.refresh_token);
    const old = flow.refresh(first.refresh_token);
    await expect(old).rejects.toMatchObject(refusal('invalid_grant'));
    provider.set({ rotation: 'lenient' });
    await flow.refresh(second.refresh_token);
    await flow.refresh(second.refresh_token);
    provider.set({ rotation: 'off' });
    const same = await flow.refresh(second.refresh_token);
    expect(same.refresh_token).toBe(second.refresh_token);
    provider.set({ refreshToken: 'first' });
    expect(await flow.refresh(second.refresh_token)).not.toHaveProperty('refresh_token');
    expect(provider.counts.revocations).toBe(0);
  });

  it('rotates also when the response is slow or lost', async () => {
    const provider = await start({ delay: { ms: 200, when: 'after', on: 'refresh_token' } });
    const flow = createFlow(provider);
    const { refresh_token } = await flow.run();
    const slow = flow.refresh(refresh_token);
    await expect.poll(() => provider.counts.refreshes).toBe(1);
    const { refresh_token: second } = await slow;
    provider.set({ delay: null, failure: { kind: 'reset', after: true, times: 1 } });
    await expect(flow.refresh(second)).rejects.toMatchObject({ reason: 'ECONNRESET' });
    expect(provider.counts.refreshes).toBe(2);
    await expect(flow.refresh(second)).rejects.toMatchObject(refusal('invalid_grant'));
  });
});

describe('a failure', () => {
  const failures: [string, Switches['failure'], Record<string, unknown>][] = [
    ['invalid_grant', { kind: 'error', error: 'invalid_grant' }, refusal('invalid_grant')],
    ['invalid_client', { kind: 'error', error: 'invalid_client' }, refusal('invalid_client')],
    ['an error inside a 200', { kind: 'error', error: 'bad_refresh_token', status: 200 }, {}],
    ['500', { kind: 'status', status: 500 }, { cause: { status: 500 } }],
    ['429', { kind: 'status', status: 429, retryAfter: '7' }, { cause: { status: 429 } }],
    ['malformed JSON', { kind: 'malformed' }, { code: 'OAUTH_PARSE_ERROR' }],
    ['HTML', { kind: 'html' }, { code: 'OAUTH_RESPONSE_IS_NOT_JSON' }],
    ['5 MB', { kind: 'huge' }, { code: 'outbound_too_large' }],
    ['a reset', { kind: 'reset' }, { code: 'outbound_unreachable' }],
  ];

  it.each(failures)(
    '%s happens as often as configured and consumes no token',
    async (_, failure, expected) => {
      const provider = await start();
      const flow = createFlow(provider);
      const { refresh_token } = await flow.run();
      if (failure !== null)
        provider.set({ failure: { ...failure, times: 2, on: 'refresh_token' } });
      await createFlow(provider).run();
      for (const _ of [1, 2]) {
        await expect(flow.refresh(refresh_token)).rejects.toMatchObject(expected);
      }
      await flow.refresh(refresh_token);
      expect(provider.counts).toMatchObject({ refreshes: 1, reuses: 0 });
    },
  );

  it('stays until the test removes it', async () => {
    const provider = await start();
    const flow = createFlow(provider);
    const { refresh_token } = await flow.run();
    provider.set({ failure: { kind: 'error', error: 'invalid_grant' } });
    for (const _ of [1, 2, 3]) await expect(flow.refresh(refresh_token)).rejects.toThrow();
    provider.reset();
    await flow.refresh(refresh_token);
    expect(provider.calls).toHaveLength(1);
  });
});

describe('the providers of the catalogue', () => {
  const told = {
    google: { expires_in: 3599, scope: 'repo offline_access', id_token: expect.any(String) },
    dropbox: { expires_in: 14_400, scope: 'repo offline_access', account_id: 'dbid:A' },
    microsoft: { expires_in: 4_711, scope: 'repo' },
    box: { expires_in: 4_100 },
    notion: { bot_id: 'bot-A', workspace_id: 'workspace-A', owner: { user: { id: 'user-A' } } },
    github: { scope: 'repo,gist' },
    generic: { expires_in: 3600, scope: 'repo offline_access' },
  };
  const names = Object.keys(presets) as (keyof typeof presets)[];

  it.each(names)('the scripted provider behaves like %s', async (name) => {
    const { clientAuthentication } = presets[name];
    const flow = createFlow(await start(presets[name]), clientAuthentication);
    const tokens = await flow.exchange(await flow.consent('repo offline_access'));
    expect(tokens).toMatchObject(told[name]);
    expect('expires_in' in tokens).toBe('expires_in' in told[name]);
    expect('refresh_token' in tokens).toBe('expires_in' in told[name]);
    if (tokens.refresh_token === undefined) return;
    const next = await flow.refresh(tokens.refresh_token);
    expect('refresh_token' in next).toBe(name !== 'google' && name !== 'dropbox');
  });

  it('GitHub responds in form encoding unless asked for JSON, and reports errors with status 200', async () => {
    const { tokenEndpoint } = await start(presets.github);
    const answer = await fetch(tokenEndpoint, { method: 'POST', body: new URLSearchParams() });
    expect(answer.status).toBe(200);
    expect(await answer.text()).toMatch(/^error=invalid_client&/);
  });

  it('expires_in and token_type are sent as configured', async () => {
    const provider = await start({ expiresIn: '3600', tokenType: 'BEARER', scope: 'less' });
    const { tokenEndpoint, client } = provider;
    const { refreshToken = '' } = provider.issue();
    const authorization = `Basic ${btoa(`${encodeURIComponent(client.id)}:${encodeURIComponent(client.secret ?? '')}`)}`;
    const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken });
    const answer = await fetch(tokenEndpoint, { method: 'POST', body, headers: { authorization } });
    expect(await answer.json()).toMatchObject({
      expires_in: '3600',
      token_type: 'BEARER',
      scope: 'less',
    });
  });
});

describe('revocation', () => {
  it('ends a consent, and is counted', async () => {
    const provider = await start();
    const flow = createFlow(provider);
    const { access_token, refresh_token = '' } = await flow.run();
    const account = () =>
      fetch(`${provider.issuer}/account`, { headers: { authorization: `Bearer ${access_token}` } });
    expect(await (await account()).text()).toBe('A');
    await flow.revoke(refresh_token);
    expect((await account()).status).toBe(401);
    await expect(flow.refresh(refresh_token)).rejects.toMatchObject(refusal('invalid_grant'));
    expect(provider.counts).toMatchObject({ revoked: 1, revocations: 0 });
  });
});

describe('as its own process', () => {
  it('behaves the same, and a test controls it over HTTP', async () => {
    const provider = await launchOAuthProvider({ switches: { rotation: 'revoke_family' } });
    const flow = createFlow(provider);
    const tokens = await flow.run();
    expect(await provider.findAccount(tokens.access_token)).toBe('A');
    await provider.set({ failure: { kind: 'status', status: 500, times: 1 } });
    await expect(flow.refresh(tokens.refresh_token)).rejects.toThrow();
    await flow.refresh(tokens.refresh_token);
    const [seeded] = await provider.issue(3, 'B');
    await flow.refresh(seeded?.refreshToken);
    const { counts, calls, issued, switches } = await provider.look();
    expect(counts).toMatchObject({ refreshes: 2, revocations: 0 });
    expect(calls.map((call) => call.status)).toEqual([200, 500, 200, 200]);
    expect(issued).toHaveLength(6);
    expect(switches.failure).toBeNull();
    await provider.reset();
    expect((await provider.look()).calls).toEqual([]);
    await provider.process.end('SIGKILL');
  });
});
