import { RequestCache } from '@pothos/plugin-scope-auth';
import { afterEach, expect, test, vi } from 'vitest';
import { builder } from '../../src/core/graphql/builder.ts';
import { useServer } from '../helpers/server.ts';

/* scope-auth keeps an entry by the context of a request, and the entry refers to the context: see forgetOperation. */

const server = useServer();
afterEach(() => vi.restoreAllMocks());

test.each([
  ['a query', () => server.graphql('{ viewer { __typename } }', {})],
  ['a mutation', () => server.graphql(fetching, { id: nobody })],
  ['what REST reads', () => server.rest('GET', `/v1/connections/${nobody}`)],
  ['what REST does', () => server.rest('POST', `/v1/connections/${nobody}/credentials`)],
])('the entry of %s is removed when the request has ended', async (_, operate) => {
  const cleared = vi.spyOn(RequestCache, 'clearForContext');
  const made = vi.spyOn(RequestCache.prototype, 'getScopes');
  await operate();
  expect(made).toHaveBeenCalled(); // something was kept
  expect(cleared).toHaveBeenCalledOnce();
  const [context] = cleared.mock.lastCall ?? [];
  expect(RequestCache.fromContext(context as never, builder).scopes).toBeUndefined();
});

const nobody = '018f0000-0000-7000-8000-000000000000';
const fetching = `mutation($id: ID!) { fetchCredentials(input: { id: $id }) { __typename } }`;
