import { z } from 'zod';
import { parseUrl } from '../addresses.ts';

/** The settings of the operator for one provider. */
type OAuthClient = {
  clientId?: string;
  clientSecret?: string;
  authorizationEndpoint?: string;
  tokenEndpoint?: string;
  revocationEndpoint?: string;
  userinfoEndpoint?: string;
};

/** The OAuth clients by the provider's name in capitals, such as `GOOGLE`. */
export type OAuthClients = Readonly<Record<string, OAuthClient>>;

const endpoint = z
  .string()
  .regex(/^[^\s\p{C}]+$/u)
  .refine((text) => /^https?:$/.test(parseUrl(text)?.protocol ?? ''));

/*
 * A value that was copied from a console or read from a file often ends with a line end. No provider uses
 * such values.
 */
const clientId = z.string().regex(/^[^\s\p{C}]+$/u);
const clientSecret = z.string().regex(/^(?!\s)[^\p{Cc}]+(?<!\s)$/u);

const settings = {
  CLIENT_ID: {
    key: 'clientId',
    schema: clientId,
    wanted: 'a client id without blanks and line ends',
  },
  CLIENT_SECRET: {
    key: 'clientSecret',
    schema: clientSecret,
    wanted: 'a client secret without line ends, and without blanks around it',
  },
  AUTHORIZATION_ENDPOINT: {
    key: 'authorizationEndpoint',
    schema: endpoint,
    wanted: 'a URL without blanks and line ends',
  },
  TOKEN_ENDPOINT: {
    key: 'tokenEndpoint',
    schema: endpoint,
    wanted: 'a URL without blanks and line ends',
  },
  REVOCATION_ENDPOINT: {
    key: 'revocationEndpoint',
    schema: endpoint,
    wanted: 'a URL without blanks and line ends',
  },
  USERINFO_ENDPOINT: {
    key: 'userinfoEndpoint',
    schema: endpoint,
    wanted: 'a URL without blanks and line ends',
  },
} as const;

const variable = new RegExp(`^OAUTH_([A-Z][A-Z0-9]*)_(?:${Object.keys(settings).join('|')})$`);

/**
 * Reads the variables `OAUTH_<PROVIDER>_…` of all providers that the environment names; the catalog is not
 * known here. It calls `complain` for each wrong variable with what it should be.
 */
export function readOAuthClients(
  env: Readonly<Record<string, string | undefined>>,
  complain: (name: string, wanted: string) => void,
): OAuthClients {
  const clients: Record<string, OAuthClient> = {};
  const names = Object.keys(env).flatMap((name) => variable.exec(name)?.[1] ?? []);
  for (const provider of new Set(names)) {
    const client: OAuthClient = {};
    for (const [setting, { key, schema, wanted }] of Object.entries(settings)) {
      const name = `OAUTH_${provider}_${setting}`;
      const value = env[name];
      if (value === undefined) continue;
      if (schema.safeParse(value).success) client[key] = value;
      else complain(name, wanted);
    }
    if ((client.clientId === undefined) !== (client.clientSecret === undefined)) {
      complain(`OAUTH_${provider}_CLIENT_ID`, `set together with OAUTH_${provider}_CLIENT_SECRET`);
    }
    clients[provider] = client;
  }
  return clients;
}
