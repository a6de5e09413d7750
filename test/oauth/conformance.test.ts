import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type ConnectionType, listShippedTypes } from '../../src/core/catalog/catalog.ts';
import type { Field } from '../../src/core/catalog/fields.ts';
import type { JsonObject, JsonValue } from '../../src/core/catalog/json.ts';
import { readUrlTemplate } from '../../src/core/catalog/templates.ts';
import { fieldsOfEndpoints } from '../../src/oauth/provider/fill-endpoints.ts';
import { resolveProvider, variablePrefixOf } from '../../src/oauth/provider/provider.ts';
import { createConnection } from '../helpers/connections.ts';
import { consentInBrowser } from '../helpers/providers/oauth-provider.browser.ts';
import {
  type DeadSign,
  keptInCallback,
  startTypedProviders,
  type TypedProvider,
  type TypedProviders,
} from '../helpers/providers/typed-provider.ts';
import { startTestServer, type TestServer } from '../helpers/server.ts';

/*
 * Every OAuth type of the catalog, against a local provider that behaves as the facts of the type say and that
 * refuses every other request.
 */

const types = listShippedTypes().filter(({ oauth2 }) => oauth2 !== undefined);
const cases = types.map((type) => [type.type, type] as const);

let providers: TypedProviders;
let server: TestServer;
beforeAll(async () => {
  providers = await startTypedProviders(types.map((type) => ({ type, config: configOf(type) })));
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

/** A connection of a type at its provider, and what a client and a person do with it. */
async function openConnection(type: ConnectionType) {
  const provider = providers.of(type);
  provider.dead = undefined;
  provider.account = 'A';
  const config = connectionConfig(type, provider);
  const { id } = await createConnection(server, { type: type.type, config });
  const path = `/v1/connections/${id}`;
  return {
    id,
    provider,
    /** Consents; returns the page that the browser ends on. */
    async consent() {
      const begun = await server.rest<{ data: { url: string } }>(
        'POST',
        `${path}/oauth2/authorize`,
      );
      expect([begun.status, begun.text]).toEqual([200, expect.anything()]);
      const callback = `${server.deps.config.publicUrl}/v1/oauth2/callback`;
      const { pathname, search } = await consentInBrowser(begun.json.data.url, callback);
      return server.send({ method: 'GET', path: pathname + search });
    },
    async credentials() {
      type Answer = { data: { config: JsonObject & { access_token: string; extra?: JsonObject } } };
      const { status, text, json } = await server.rest<Answer>('POST', `${path}/credentials`);
      return { status, text, config: status === 200 ? json.data.config : undefined };
    },
    /** Lets the access token end. */
    async expireToken() {
      const text = `UPDATE oauth_grant SET access_token_expires_at = now() - interval '1 second',
        next_refresh_at = NULL WHERE connection_id = $1::uuid`;
      await server.database.sql('test-expire-token', text, [id]);
    },
    async status() {
      const { json } = await server.rest<{ data: { status: string } }>('GET', path);
      return json.data.status;
    },
    remove: () => server.rest('DELETE', path),
  };
}

function expectedExtras({ facts }: TypedProvider): JsonObject {
  const inCallback = keptInCallback(facts);
  const { account } = facts;
  const entries = facts.kept.map((path) => {
    const name = path.slice(path.lastIndexOf('.') + 1);
    if (path === account?.id) return [name, 'id-A'];
    if (path === account?.label) return [name, 'label-A'];
    return [name, inCallback.includes(path) ? `callback-${path}` : `answer-${path}`];
  });
  return Object.fromEntries(entries);
}

describe.concurrent('at a provider that behaves as the type says', () => {
  test.each(cases)(
    '%s is consented, refreshed, ended, consented again and revoked',
    async (_, type) => {
      const { provider, ...connection } = await openConnection(type);
      const { expected } = provider;
      const page = await connection.consent();
      expect([page.status, provider.complaints]).toEqual([200, []]);

      const first = await connection.credentials();
      expect(first.config).toMatchObject({
        access_token: provider.current?.access,
        scopes: [...expected.scopes],
      });
      expect(first.config?.extra ?? {}).toMatchObject(expectedExtras(provider));
      expect(await missingScopesOf(connection.id)).toEqual([]);

      for (const count of [1, 2]) {
        await connection.expireToken();
        const { config } = await connection.credentials();
        expect([provider.refreshes, provider.complaints]).toEqual([count, []]);
        expect(config).toMatchObject({ access_token: provider.current?.access });
        expect(config?.extra ?? {}).toMatchObject(expectedExtras(provider));
      }

      const signs: DeadSign[] = type.oauth2?.dead.length
        ? [...type.oauth2.dead]
        : ['invalid_grant'];
      for (const sign of signs) {
        provider.dead = sign;
        await connection.expireToken();
        const ended = await connection.credentials();
        expect([sign, ended.status, await connection.status()]).toEqual([sign, 409, 'expired']);
        provider.dead = undefined;
        if (type.oauth2?.account?.id != null && sign === signs[0]) {
          provider.account = 'B';
          const refused = await connection.consent();
          expect([refused.status, refused.text]).toEqual([400, expect.stringContaining('account')]);
          provider.account = 'A';
        }
        expect((await connection.consent()).status).toBe(200);
      }
      expect(await connection.status()).toBe('active');

      const revoked = type.oauth2?.revocationEndpoint ? [provider.current?.refresh] : [];
      expect((await connection.remove()).status).toBe(200);
      await vi.waitFor(() => expect(provider.revoked).toEqual(revoked), 5_000);
      expect(provider.complaints).toEqual([]);
    },
  );
});

async function missingScopesOf(id: string): Promise<string[]> {
  const document = 'query($id: ID!) { connection(id: $id) { oauth { missingScopes } } }';
  type Answer = { connection: { oauth: { missingScopes: string[] } } };
  const { data } = await server.graphql<Answer>(document, { id });
  return data.connection.oauth.missingScopes;
}

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
