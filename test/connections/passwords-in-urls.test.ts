import { describe, expect, test } from 'vitest';
import { findShippedType, listShippedTypes } from '../../src/core/catalog/catalog.ts';
import type { JsonObject } from '../../src/core/catalog/json.ts';
import { sealedConfig } from '../../src/core/connection-config/sealed-config.ts';
import { fullConfig } from '../catalog/sample-configs.ts';
import {
  type ConnectionJson,
  type Data,
  type Failure,
  fetchConfig,
  newConnection,
} from '../helpers/connections.ts';
import { useServer } from '../helpers/server.ts';
import { storeConnection } from '../helpers/store-connections.ts';

const server = useServer();

const post = (type: string, config: JsonObject) =>
  server.rest<Data<ConnectionJson> & Failure>('POST', '/v1/connections', {
    body: newConnection(server, { type, config }),
  });

/* Each field of this kind, in the first type that has it. */
const addresses = new Map(
  listShippedTypes()
    .flatMap((type) => type.fields.map((field) => ({ type, name: field.name, field })))
    .filter(({ field }) => field.kind === 'url' || field.format === 'address')
    .reverse()
    .map(({ type, name, field }) => [`${field.kind} ${name}`, { type, name, kind: field.kind }]),
);

test('a password is refused in every URL and host field', async () => {
  for (const { type, name, kind } of addresses.values()) {
    const texts = [
      'https://user:hunter2@host/path',
      'https://token@host',
      'https://h/?password=x',
      'HTTPS://U:P@H',
      'https://u%40c:p@h',
      'https://u:p%40h',
      'https:\\\\u:p@h',
      'https:/\\u:p@h',
      'https:///u:p@h',
      'https://u:p@[::1]:80/',
      'https://:p@h',
      'https://h/?a=b&Passphrase=x',
      'mongodb+srv://u:p@h',
      'jdbc:postgresql://u:p@h',
      'https://h/#password=x',
      'https://h?pass=x',
    ];
    const hosts = [
      'postgres://u:p@h/db',
      'bolt+s://u:pa/ss@h',
      'u:p@h:5432',
      'u@h',
      'h;Password=p',
      'jdbc:postgresql://u:p@h/db',
      'jdbc:postgresql://h/db?user=u&password=p',
      ' http://u:p@h',
      '//user:pass@h',
      'https://u:pa/ss@h',
      'https:u:p@h',
      'https:/u:p@h',
      'u:p%40h',
      'host=h password = x',
      'postgres://h/db?user=u&sslpassword=x',
    ];
    for (const text of kind === 'url' ? texts : [...texts, ...hosts]) {
      const config = { ...fullConfig(type), [name]: text };
      const { status, json } = await post(type.type, config);
      expect({ text, status }).toEqual({ text, status: 400 });
      const message = expect.stringMatching(/^cannot hold a (user name or )?password$/);
      expect(json.error.details).toEqual({ [`config.${name}`]: message });
    }
  }
});

test('an @ without a password is accepted', async () => {
  const url = 'https://host/@scope/name?to=a@b.example#c@d';
  const qdrant = await post('dynamiq.connections.Qdrant', { api_key: 'k', url });
  expect(qdrant.json.data.config).toEqual({ url });
  const cert = 'https://www.googleapis.com/robot/v1/metadata/x509/name@project.example';
  const google = await post('dynamiq.connections.GoogleCloud', { client_x509_cert_url: cert });
  expect(google.json.data.config).toEqual({ client_x509_cert_url: cert });
});

describe('a stored password in a URL or host', () => {
  test.each([
    ['Qdrant', 'url', 'https://user:hunter2@db.example/a@b?c', 'https://db.example/a@b?c'],
    [
      'Qdrant',
      'url',
      'https://db.example/?a=1&password=hunter2#b',
      'https://db.example/?a=1&password=#b',
    ],
    ['PostgreSQL', 'host', 'postgres://user:hunter2@db.example/name', 'postgres://db.example/name'],
    ['PostgreSQL', 'host', 'postgres://user:hun/ter2@db.example', 'postgres://db.example'],
    ['PostgreSQL', 'host', 'user:hunter2@db.example', 'db.example'],
    [
      'PostgreSQL',
      'database',
      'postgres://user:hunter2@db.example/name',
      'postgres://db.example/name',
    ],
    ['PostgreSQL', 'host', 'https://user:hun/ter2@db.example:1/a', 'https://db.example:1/a'],
    ['PostgreSQL', 'host', 'https:user:hunter2@db.example', 'https:db.example'],
    ['PostgreSQL', 'host', 'HTTPS:/\\user:hunter2@db.example/a@b', 'HTTPS:/\\db.example/a@b'],
    ['PostgreSQL', 'host', 'user:hunter2%40db.example:5432', 'db.example:5432'],
    ['PostgreSQL', 'host', '//user:hunter2@db.example', '//db.example'],
    ['PostgreSQL', 'host', 'host=h password = hunter2 user=u', 'host=h  user=u'],
    [
      'PostgreSQL',
      'database',
      'postgres://db.example/name?user=u&sslpassword=hunter2',
      'postgres://db.example/name?user=u&sslpassword=',
    ],
    ['Neo4j', 'uri', 'bolt+s://user:hunter2@db.example:7687', 'bolt+s://db.example:7687'],
  ])('is not shown in %s.%s: %s', async (name, field, stored, shown) => {
    const type = findShippedType(`dynamiq.connections.${name}`);
    if (type === undefined) throw new Error(name);
    const good: JsonObject = fullConfig(type);
    const id = await storeConnection(server, { type: type.type, config: good });
    const { organizationId, projectId } = server.home;
    const key = await server.deps.vault.sealingKey(projectId);
    const secretNames = type.fields.filter(({ secret }) => secret).map((one) => one.name);
    const entries = Object.entries({ ...good, [field]: stored });
    const halves = {
      config: Object.fromEntries(entries.filter(([one]) => !secretNames.includes(one))),
      secrets: Object.fromEntries(entries.filter(([one]) => secretNames.includes(one))),
    };
    const place = { organizationId, projectId, id };
    const { connection } = sealedConfig(server.deps.vault, key, place, { type, halves });
    await server.deps.db.connection.update({ where: { id }, data: connection });

    const one = await server.rest<Data<ConnectionJson>>('GET', `/v1/connections/${id}`);
    expect(one.json.data.config).toMatchObject({ [field]: shown });
    const list = await server.rest('GET', `/v1/connections?project_id=${projectId}`);
    expect(list.text).not.toContain('ter2');
    const { data } = await server.graphql<{ connection: { config: JsonObject } }>(
      `{ connection(id: "${id}") { config } }`,
    );
    expect(data.connection.config).toMatchObject({ [field]: shown });
    expect((await fetchConfig(server, id)).json.data.config).toMatchObject({ [field]: stored });

    const body = { type: type.type, config: one.json.data.config };
    const put = await server.rest<Data<ConnectionJson>>('PUT', `/v1/connections/${id}`, { body });
    expect(put).toMatchObject({ status: 200 });
    expect(put.json.data.config).toMatchObject({ [field]: shown });
    expect((await fetchConfig(server, id)).json.data.config).toMatchObject({ [field]: stored });
    await server.rest('DELETE', `/v1/connections/${id}`);
  });
});
