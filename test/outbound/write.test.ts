import { describe, expect, test } from 'vitest';
import { anyOAuth, createConnection, type Failure, newConnection } from '../helpers/connections.ts';
import { useServer } from '../helpers/server.ts';
import { privateHosts } from './private-addresses.ts';

const server = useServer();

const good = {
  authorization_url: 'https://provider.example/authorize',
  token_url: 'https://provider.example/token',
  client_id: 'client',
};

/* A number alone is not a host name, in any base. */
const notHosts = ['2130706433', '0x7f.1'];

const refused = ['10.0.0.1', '169.254.169.254', '[::1]', ...notHosts, 'localhost', '127.0.0.2'];

describe.each(['authorization_url', 'token_url'])('%s', (field) => {
  test.each(refused)('may not be %s, in a POST or in a PUT', async (host) => {
    const config = { ...good, [field]: `https://${host}/token` };
    const body = newConnection(server, { type: anyOAuth, config });
    const { id } = await createConnection(server, { type: anyOAuth, config: good });
    const answers = [
      await server.rest<Failure>('POST', '/v1/connections', { body }),
      await server.rest<Failure>('PUT', `/v1/connections/${id}`, {
        body: { type: anyOAuth, config },
      }),
    ];
    const complaint = notHosts.includes(host) ? 'must be an absolute http' : 'private network';
    for (const { status, json } of answers) {
      expect(status).toBe(400);
      expect(json.error.details).toEqual({
        [`config.${field}`]: expect.stringContaining(complaint),
      });
    }
    expect((await createConnection(server, { type: anyOAuth, config: good })).id).not.toBe(id);
  });

  test.each(['http://provider.example/x', 'https://user:pass@provider.example/x'])(
    'may not be %s',
    async (url) => {
      const config = { ...good, [field]: url };
      const body = newConnection(server, { type: anyOAuth, config });
      const { status } = await server.rest('POST', '/v1/connections', { body });
      expect(status).toBe(400);
    },
  );
});

test('REST and GraphQL name both refused addresses at once', async () => {
  const config = { ...good, authorization_url: 'https://10.0.0.1', token_url: 'https://[fd00::1]' };
  const document = `mutation($input: CreateConnectionInput!) { createConnection(input: $input) {
    ... on InvalidInputError { fields { path } } } }`;
  const { projectId } = server.home;
  const input = { projectId, name: 'private', type: anyOAuth, config };
  type Answer = { createConnection: { fields: { path: string }[] } };
  const { data } = await server.graphql<Answer>(document, { input });
  const paths = data.createConnection.fields.map(({ path }) => path.replace(/^input\./, ''));
  expect(paths).toEqual(['config.authorization_url', 'config.token_url']);
});

test('every spelling of a private address is refused when the connection is stored', async () => {
  for (const host of privateHosts) {
    const config = { ...good, token_url: `https://${host}/token` };
    const body = newConnection(server, { type: anyOAuth, config });
    const { status } = await server.rest('POST', '/v1/connections', { body });
    expect([host, status]).toEqual([host, 400]);
  }
});
