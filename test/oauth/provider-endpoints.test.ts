import { expect, test } from 'vitest';
import { type ConnectionType, readTypes } from '../../src/core/catalog/catalog.ts';
import { resolveProvider, withClientId } from '../../src/oauth/provider/provider.ts';
import { requestRefresh } from '../../src/oauth/provider/token-request.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();

function typeWith(oauth2: object): ConnectionType {
  const definition = {
    type: 'patchbay.connections.ExampleOAuth2',
    label: 'Example',
    category: 'oauth2',
    fields: [
      { name: 'client_id', kind: 'string' },
      { name: 'client_secret', kind: 'string', secret: true },
    ],
    oauth2: {
      authorization_url: 'https://example.com/authorize',
      token_url: 'https://example.com/token',
      client_auth: 'body',
      ...oauth2,
    },
  };
  const [type] = readTypes('oauth2.json', [definition]);
  if (type === undefined) throw new Error('The definition holds no type.');
  return type;
}

const operator = { EXAMPLE: { clientId: 'of-the-operator', clientSecret: 'c4n4ry' } };

test.each([
  [{}, operator, 'of-the-operator'],
  [{ client_id: 'own', client_secret: 'c4n4ry' }, operator, 'own'],
])(
  'a parameter of the type holds the client id that a connection uses: %j',
  (config, clients, id) => {
    const type = typeWith({
      authorization_params: { client_key: '{client_id}' },
      token_params: { client_key: '{client_id}' },
    });
    const { extraParams, extraTokenParams } = resolveProvider(type, config, clients);
    expect([extraParams, extraTokenParams]).toEqual([{ client_key: id }, { client_key: id }]);
  },
);

test.each([
  [{ team: 'a' }, { team: 'a', client_id: 'of-the-operator' }],
  [{ client_id: 'own' }, { client_id: 'own' }],
])('requests to the service name the client that a connection uses: %j', (config, named) => {
  expect(withClientId(typeWith({}), config, operator)).toEqual(named);
  expect(withClientId(typeWith({}), config, {})).toEqual(config);
});

test.each([
  [{}, operator, 'https://example.com/token'],
  [{ refresh_url: 'https://example.com/refresh' }, operator, 'https://example.com/refresh'],
  [
    { refresh_url: 'https://example.com/refresh' },
    { EXAMPLE: { ...operator.EXAMPLE, tokenEndpoint: 'https://proxy.example/token' } },
    'https://proxy.example/token',
  ],
])('a type with %j refreshes where its provider asks for it', async (oauth2, clients, url) => {
  const provider = resolveProvider(typeWith(oauth2), {}, clients);
  const urls: string[] = [];
  const send: typeof server.deps.outbound.checked = async (to) => {
    urls.push(String(to));
    return Response.json({ access_token: 'new', token_type: 'bearer' });
  };
  const outbound = { ...server.deps.outbound, checked: send, trusted: send };
  await requestRefresh({ ...server.deps, outbound }, provider, 'old');
  expect(urls).toEqual([url]);
});
