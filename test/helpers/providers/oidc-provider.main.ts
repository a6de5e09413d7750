import { type OidcOptions, startOidcProvider } from './oidc-provider.ts';

/**
 * The certified oidc-provider in its own process, with pages that ask a person:
 * `tsx test/helpers/providers/oidc-provider.main.ts '{"port":9000,"redirectUris":["…"]}'`. It prints its endpoints
 * as one line of JSON, and another line for each grant with the request and the response.
 */
const options: OidcOptions = JSON.parse(process.argv[2] ?? '{}');
const print = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

const onGrant = (sent: object, given: object) => print({ sent, given });
const { issuer, client, authorizationEndpoint, tokenEndpoint } = await startOidcProvider({
  ...options,
  asks: true,
  onGrant,
});
print({ issuer, client, authorizationEndpoint, tokenEndpoint });
