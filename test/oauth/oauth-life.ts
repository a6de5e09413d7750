import { expect, vi } from 'vitest';
import type { ConnectionType } from '../../src/core/catalog/catalog.ts';
import type { JsonObject } from '../../src/core/catalog/json.ts';
import { createConnection } from '../helpers/connections.ts';
import { consentInBrowser } from '../helpers/providers/oauth-provider.browser.ts';
import {
  type DeadSign,
  keptInCallback,
  type TypedProvider,
} from '../helpers/providers/typed-provider.ts';
import type { TestServer } from '../helpers/server.ts';

type Credentials = JsonObject & { access_token: string; extra?: JsonObject };

/** Creates a connection of a type; returns what a client and a person do with it. */
export async function openTypedConnection(server: TestServer, type: string, config: JsonObject) {
  const { id } = await createConnection(server, { type, config });
  const path = `/v1/connections/${id}`;
  return {
    id,
    begin: () => server.rest<{ data: { url: string } }>('POST', `${path}/oauth2/authorize`),
    /** Consents; returns the page that the browser ends on. */
    async consent() {
      const begun = await this.begin();
      expect([begun.status, begun.text]).toEqual([200, expect.anything()]);
      const callback = `${server.deps.config.publicUrl}/v1/oauth2/callback`;
      const { pathname, search } = await consentInBrowser(begun.json.data.url, callback);
      return server.send({ method: 'GET', path: pathname + search });
    },
    async credentials() {
      type Answer = { data: { config: Credentials } };
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

/**
 * Takes a connection through its whole life at a provider that refuses everything that its type does not say:
 * consent, two refreshes, each way in which the grant can end, a consent by another account, and revocation.
 */
export async function liveThrough(
  server: TestServer,
  type: ConnectionType,
  { provider, config }: { provider: TypedProvider; config: JsonObject },
): Promise<void> {
  const { expected } = provider;
  const connection = await openTypedConnection(server, type.type, config);
  const page = await connection.consent();
  expect([page.status, provider.complaints]).toEqual([200, []]);

  const first = await connection.credentials();
  const scopes = [...expected.scopes];
  expect(first.config).toMatchObject({ access_token: provider.current?.access, scopes });
  expect(first.config?.extra ?? {}).toMatchObject(expectedExtras(provider));
  expect(await healthOf(server, connection.id)).toEqual({
    account: expectedAccount(type),
    oauth: { missingScopes: [] },
  });

  for (const count of [1, 2]) {
    await connection.expireToken();
    const { config: refreshed } = await connection.credentials();
    expect([provider.refreshes, provider.complaints]).toEqual([count, []]);
    expect(refreshed).toMatchObject({ access_token: provider.current?.access });
    expect(refreshed?.extra ?? {}).toMatchObject(expectedExtras(provider));
  }

  const signs: DeadSign[] = type.oauth2?.dead.length ? [...type.oauth2.dead] : ['invalid_grant'];
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

/** The account that the connection shows after a consent; any where the type does not name it. */
function expectedAccount({ oauth2 }: ConnectionType): unknown {
  if (oauth2?.account?.id == null) return expect.toSatisfy(() => true);
  const { id, label } = oauth2.account;
  if (id === label) return { id: 'label-A', label: 'label-A' };
  return { id: 'id-A', label: label === null ? null : 'label-A' };
}

async function healthOf(server: TestServer, id: string) {
  const document = `query($id: ID!) {
    connection(id: $id) { account { id label } oauth { missingScopes } }
  }`;
  const { data } = await server.graphql<{ connection: JsonObject }>(document, { id });
  return data.connection;
}
