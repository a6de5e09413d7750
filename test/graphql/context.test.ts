import { RequestCache } from '@pothos/plugin-scope-auth';
import { afterEach, expect, test, vi } from 'vitest';
import { useServer } from '../helpers/server.ts';

/*
 * The scope-auth plugin caches what it checks in an object that refers to the context and that the context
 * leads to. Minor collections of V8 cannot free such a circle, so the frequent operations must not make one.
 */

const server = useServer();
afterEach(() => vi.restoreAllMocks());

test.each([
  ['a query', () => server.graphql('{ viewer { __typename } }', {})],
  ['a mutation', () => server.graphql(fetching, { id: nobody })],
  ['a read by REST', () => server.rest('GET', `/v1/connections/${nobody}`)],
  ['a write by REST', () => server.rest('POST', `/v1/connections/${nobody}/credentials`)],
])('%s caches no scopes', async (_, operate) => {
  const made = vi.spyOn(RequestCache.prototype, 'getScopes');
  await operate();
  expect(made).not.toHaveBeenCalled();
});

test('a list that only admins see caches scopes, so the spy sees them', async () => {
  const made = vi.spyOn(RequestCache.prototype, 'getScopes');
  await server.graphql('{ viewer { organization { accessKeys { nodes { id } } } } }');
  expect(made).toHaveBeenCalled();
});

const nobody = '018f0000-0000-7000-8000-000000000000';
const fetching = `mutation($id: ID!) { fetchCredentials(input: { id: $id }) { __typename } }`;
