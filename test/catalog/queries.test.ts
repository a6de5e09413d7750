import { expect, test } from 'vitest';
import { listShippedTypes } from '../../src/core/catalog/catalog.ts';
import { createConnection, openAi } from '../helpers/connections.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();

type Types = { connectionTypes: { type: string; category: string }[] };

test('connectionTypes returns all types, or those of a category', async () => {
  const key = await server.createKey({ role: 'viewer' });
  const all = await server.graphql<Types>('{ connectionTypes { type category } }', {}, key);
  expect(all.data.connectionTypes).toHaveLength(listShippedTypes().length);
  const some = await server.graphql<Types>('{ connectionTypes(category: "oauth2") { category } }');
  expect(new Set(some.data.connectionTypes.map(({ category }) => category))).toEqual(
    new Set(['oauth2']),
  );
  const none = await server.graphql<Types>('{ connectionTypes(category: "\\u0000") { type } }');
  expect(none.data.connectionTypes).toEqual([]);
});

test('connectionType returns all that a form needs and marks secrets', async () => {
  const { data } = await server.graphql(
    `{ connectionType(type: "${openAi}") { label category isOAuth defaultScopes jsonSchema
       fields { name label kind required secret default enum description } } }`,
  );
  expect(data).toMatchObject({
    connectionType: {
      label: 'OpenAI',
      category: 'llm',
      isOAuth: false,
      defaultScopes: [],
      fields: [
        { name: 'api_key', kind: 'STRING', required: true, secret: true, default: null },
        { name: 'url', kind: 'URL', required: false, secret: false, default: expect.any(String) },
      ],
      jsonSchema: { properties: { api_key: { writeOnly: true } }, required: ['api_key'] },
    },
  });
});

test('a connection returns its type, and null for a type that no longer exists', async () => {
  const { id } = await createConnection(server);
  const ask = () =>
    server.graphql(
      `{ connection(id: "${id}") { name config secretFields connectionType { label } } }`,
    );
  expect((await ask()).data).toMatchObject({ connection: { connectionType: { label: 'OpenAI' } } });
  const data = { type: 'dynamiq.connections.Gone' };
  await server.deps.db.connection.update({ where: { id }, data });
  const { data: gone, errors } = await ask();
  expect(errors).toEqual([]);
  expect(gone).toMatchObject({ connection: { connectionType: null, secretFields: ['api_key'] } });
});
