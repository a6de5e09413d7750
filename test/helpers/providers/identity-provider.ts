import { type JWTHeaderParameters, SignJWT } from 'jose';
import { afterAll, beforeAll } from 'vitest';
import { type OidcProvider, startOidcProvider } from './oidc-provider.ts';

export type Identities = {
  provider: OidcProvider;
  /** Signs a token with the provider's key; `claims` override the usual ones. */
  token(claims: Record<string, unknown>, header?: Partial<JWTHeaderParameters>): Promise<string>;
  env: Record<string, string>;
};

const audience = 'patchbay-tests';

/** Starts an identity provider before the tests of the file, and stops it after them. */
export function useIdentityProvider(): Identities {
  const identities = {} as Identities; // beforeAll fills it
  beforeAll(async () => {
    Object.assign(identities, await startIdentityProvider());
  });
  afterAll(() => identities.provider.stop());
  return identities;
}

/** Starts the certified oidc-provider, and signs tokens with any claims as that provider would. */
export async function startIdentityProvider(): Promise<Identities> {
  const provider = await startOidcProvider({ redirectUris: ['http://127.0.0.1/callback'] });
  const { issuer, signingKey } = provider;
  return {
    provider,
    env: { OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience },
    token: (claims, header) => {
      const now = Math.floor(Date.now() / 1_000);
      const usual = { iss: issuer, aud: audience, iat: now, exp: now + 600, email_verified: true };
      return new SignJWT({ ...usual, ...claims })
        .setProtectedHeader({ alg: 'RS256', ...header })
        .sign(signingKey);
    },
  };
}
