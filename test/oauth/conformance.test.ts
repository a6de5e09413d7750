import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ConnectionType, listShippedTypes } from '../../src/core/catalog/catalog.ts';
import type { Field } from '../../src/core/catalog/fields.ts';
import type { JsonObject, JsonValue } from '../../src/core/catalog/json.ts';
import { readUrlTemplate } from '../../src/core/catalog/templates.ts';
import { fieldsOfEndpoints } from '../../src/oauth/provider/fill-endpoints.ts';
import { resolveProvider, variablePrefixOf } from '../../src/oauth/provider/provider.ts';
import {
  startTypedProviders,
  type TypedProvider,
  type TypedProviders,
} from '../helpers/providers/typed-provider.ts';
import { startTestServer, type TestServer } from '../helpers/server.ts';
import { liveThrough } from './oauth-life.ts';

/*
 * Every OAuth type of the catalog, against a local provider that behaves as the facts of the type say and that
 * refuses every other request.
 */

const types = listShippedTypes().filter(({ oauth2 }) => oauth2 !== undefined);
const cases = types.map((type) => [type.type, type] as const);

let providers: TypedProviders;
let server: TestServer;
beforeAll(async () => {
  providers = await startTypedProviders();
  for (const type of types) providers.add(type, configOf(type));
  server = await startTestServer({
    OUTBOUND_ALLOW: '127.0.0.1',
    ...Object.assign({}, ...types.map(environmentOf)),
  });
});
afterAll(async () => {
  await server.close();
  await providers.stop();
});

/** The operator's client and endpoints for a type. */
function environmentOf(type: ConnectionType): Record<string, string> {
  const prefix = variablePrefixOf(type.type);
  if (prefix === undefined) return {};
  const provider = providers.of(type);
  const { client, facts } = provider;
  const values = {
    CLIENT_ID: client.id,
    CLIENT_SECRET: client.secret,
    AUTHORIZATION_ENDPOINT: provider.authorizationEndpoint,
    TOKEN_ENDPOINT: provider.tokenEndpoint,
    ...(facts.revocationEndpoint && { REVOCATION_ENDPOINT: provider.revocationEndpoint }),
    ...(facts.userinfoEndpoint && { USERINFO_ENDPOINT: provider.userinfoEndpoint }),
  };
  const entries = Object.entries(values);
  return Object.fromEntries(entries.map(([name, value]) => [`OAUTH_${prefix}_${name}`, value]));
}

/** The required fields of a type and those of its endpoints, without its client. */
function configOf(type: ConnectionType): JsonObject {
  const inEndpoints = fieldsOfEndpoints(type);
  const fields = type.fields.filter(
    ({ name, required, default: value }) =>
      !name.startsWith('client_') &&
      value === undefined &&
      (required || inEndpoints.includes(name)),
  );
  return Object.fromEntries(fields.map((field) => [field.name, sampleOf(field)]));
}

function sampleOf(field: Field): JsonValue {
  if (field.kind === 'enum') return field.enum?.[0] ?? '';
  if (field.kind === 'url') return 'https://service.example.com';
  return field.placeholder ?? 'acme';
}

/** The config of a connection, with its own client where the operator has none. */
function connectionConfig(type: ConnectionType, provider: TypedProvider): JsonObject {
  const { client, authorizationEndpoint, tokenEndpoint } = provider;
  const isRequired = type.fields.some(({ name, required }) => name === 'client_id' && required);
  const own = { client_id: client.id, client_secret: client.secret };
  const urls = { authorization_url: authorizationEndpoint, token_url: tokenEndpoint };
  return {
    ...configOf(type),
    ...(isRequired && own),
    ...(type.oauth2?.tokenEndpoint === null && urls),
  };
}

describe.concurrent('at a provider that behaves as the type says', () => {
  test.each(cases)('%s is consented, refreshed, ended and revoked', async (_, type) => {
    const provider = providers.of(type);
    await liveThrough(server, type, { provider, config: connectionConfig(type, provider) });
  });
});

test.each(cases.filter(([, { oauth2 }]) => oauth2?.tokenEndpoint != null))(
  'the endpoints of %s are https addresses on a domain that the type fixes',
  (_, type) => {
    const client = { client_id: 'client', client_secret: 'c4n4ry-secret' };
    const provider = resolveProvider(type, { ...configOf(type), ...client }, {});
    const { authorizationEndpoint, tokenEndpoint, revocationEndpoint, userinfoEndpoint } = provider;
    for (const url of [
      authorizationEndpoint,
      tokenEndpoint,
      revocationEndpoint,
      userinfoEndpoint,
    ]) {
      if (url !== null) expect(url.protocol).toBe('https:');
    }
    for (const name of hostFieldsOf(type)) {
      for (const value of ['evil.example', 'evil.example/', 'a/b', '@', 'a..b', '-a', 'a:1', 'é']) {
        const config = { ...configOf(type), ...client, [name]: value };
        expect(() => resolveProvider(type, config, {})).toThrow(`config.${name}`);
      }
    }
  },
);

/** The fields that stand in the host of an endpoint of a type. */
function hostFieldsOf({ oauth2 }: ConnectionType): string[] {
  const endpoints = [oauth2?.authorizationEndpoint, oauth2?.tokenEndpoint];
  return endpoints.flatMap((endpoint) => {
    const read = readUrlTemplate(endpoint?.text ?? 'https://a.example');
    const host = 'problem' in read ? [] : (read.host ?? []);
    return host.flatMap((part) => (typeof part === 'string' ? [] : [part.field]));
  });
}
