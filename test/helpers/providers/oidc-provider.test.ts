import { afterEach, describe, expect, it } from 'vitest';
import { createFlow, redirectUri } from './code-flow.ts';
import { type OidcOptions, type OidcProvider, startOidcProvider } from './oidc-provider.ts';

let provider: OidcProvider | undefined;

afterEach(() => provider?.stop());

async function start(options: Partial<OidcOptions> = {}) {
  provider = await startOidcProvider({ redirectUris: [redirectUri], ...options });
  return provider;
}

describe('oidc-provider on loopback', () => {
  it('runs a whole code flow', async () => {
    const started = await start({ scopes: ['files.read'], accessTokenSeconds: 120 });
    const flow = createFlow(started);
    expect(started.issuer).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const tokens = await flow.exchange(await flow.consent('files.read'));
    const facts = { token_type: 'bearer', expires_in: 120, scope: 'files.read' };
    expect(tokens).toMatchObject(facts);
    const next = await flow.refresh(tokens.refresh_token);
    expect(next.refresh_token).not.toBe(tokens.refresh_token);
    expect(next.access_token).not.toBe(tokens.access_token);
  });

  it('names the account in an ID token, and grants offline_access on consent', async () => {
    const started = await start({ clientAuthentication: 'client_secret_post' });
    started.account = 'account-b';
    const flow = createFlow(started, 'body');
    const callback = await flow.consent('openid offline_access', { prompt: 'consent' });
    expect(callback.searchParams.get('iss')).toBe(started.issuer);
    const tokens = await flow.exchange(callback);
    expect(tokens.scope).toBe('openid offline_access');
    const [, claims = ''] = tokens.id_token?.split('.') ?? [];
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
      sub: 'account-b',
    });
  });

  it('revokes the consent when an old refresh token is used again', async () => {
    const started = await start();
    const flow = createFlow(started);
    const first = await flow.run();
    const second = await flow.refresh(first.refresh_token);
    for (const { refresh_token } of [first, second]) {
      await expect(flow.refresh(refresh_token)).rejects.toMatchObject({ error: 'invalid_grant' });
    }
    expect(started.counts).toMatchObject({ grants: 2, refusals: 2, revocations: 1 });
  });

  it('refuses a flow without PKCE, and another redirect_uri', async () => {
    const started = await start();
    const withoutChallenge = await createFlow(started).consent('read', { code_challenge: '' });
    expect(withoutChallenge.searchParams.get('error')).toBe('invalid_request');
    const elsewhere = createFlow(started).consent('read', { redirect_uri: 'https://evil.example' });
    await expect(elsewhere).rejects.toThrow(/400/);
  });

  it('revokes a token on request', async () => {
    const started = await start();
    const flow = createFlow(started);
    const { refresh_token } = await flow.run();
    await flow.revoke(refresh_token ?? '');
    await expect(flow.refresh(refresh_token)).rejects.toMatchObject({ error: 'invalid_grant' });
  });
});
