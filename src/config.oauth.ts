import { z } from 'zod';
import { parseUrl } from './parse-url.ts';

/** What the operator says of one provider. */
export type OAuthClient = {
  clientId?: string;
  clientSecret?: string;
  authorizationEndpoint?: string;
  tokenEndpoint?: string;
  revocationEndpoint?: string;
};

/** By the provider's name in capitals: `GOOGLE`. */
export type OAuthClients = Readonly<Record<string, OAuthClient>>;

const providers = ['GOOGLE', 'DROPBOX', 'MICROSOFT', 'BOX', 'NOTION', 'GITHUB'];

const endpoint = z.string().refine((text) => /^https?:$/.test(parseUrl(text)?.protocol ?? ''));

const settings = {
  CLIENT_ID: { key: 'clientId', schema: z.string(), wanted: 'a client id' },
  CLIENT_SECRET: { key: 'clientSecret', schema: z.string(), wanted: 'a client secret' },
  AUTHORIZATION_ENDPOINT: { key: 'authorizationEndpoint', schema: endpoint, wanted: 'a URL' },
  TOKEN_ENDPOINT: { key: 'tokenEndpoint', schema: endpoint, wanted: 'a URL' },
  REVOCATION_ENDPOINT: { key: 'revocationEndpoint', schema: endpoint, wanted: 'a URL' },
} as const;

/** Reads `OAUTH_<PROVIDER>_…`; `complain` is told of each variable that is wrong, and what it should be. */
export function readOAuthClients(
  env: Readonly<Record<string, string | undefined>>,
  complain: (name: string, wanted: string) => void,
): OAuthClients {
  const clients: Record<string, OAuthClient> = {};
  for (const provider of providers) {
    const client: OAuthClient = {};
    for (const [name, { key, schema, wanted }] of Object.entries(settings)) {
      const variable = `OAUTH_${provider}_${name}`;
      const value = env[variable];
      if (value === undefined) continue;
      if (schema.safeParse(value).success) client[key] = value;
      else complain(variable, wanted);
    }
    if ((client.clientId === undefined) !== (client.clientSecret === undefined)) {
      complain(`OAUTH_${provider}_CLIENT_ID`, `set together with OAUTH_${provider}_CLIENT_SECRET`);
    }
    clients[provider] = client;
  }
  return clients;
}
