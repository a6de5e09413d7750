import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect, test } from 'vitest';
import { acme } from '../helpers/custom-types.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();
const path = '/v1/connection-type.schema.json';

test('the JSON Schema of a definition needs no credential, and refuses a bad one', async () => {
  const { status, json, headers } = await server.rest<object>('GET', path, { key: null });
  expect(status).toBe(200);
  expect(headers['content-type']).toContain('application/json');
  expect((await server.rest('GET', path, { key: 'nonsense' })).status).toBe(401);
  expect((await server.rest('POST', path, { body: {} })).status).toBe(405);
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  const validate = ajv.compile(json);
  const http = {
    base_url: 'https://{region}.acme.example/v1',
    inject: [{ in: 'header', name: 'Authorization', value: 'Bearer {api_key}' }],
  };
  expect(validate(acme({ http })), JSON.stringify(validate.errors)).toBe(true);
  expect(validate(acme({ colour: 'red' }))).toBe(false);
  expect(validate(acme({ type: 'dynamiq.connections.OpenAI' }))).toBe(false);
  expect(validate(acme({ fields: [{ name: 'a', kind: 'colour' }] }))).toBe(false);
});
