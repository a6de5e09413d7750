import { expect, test } from 'vitest';
import { typeNamed } from '../catalog/sample-configs.ts';
import { useServer } from '../helpers/server.ts';
import { openForm } from './open-form.ts';

const server = useServer();

const texts = ['a\0b', '\0', 'constructor', '__proto__', '1e999', '\u2028', '9'.repeat(400)];

test.each([
  'OpenAI',
  'PostgreSQL',
  'AWSNeptune',
  'Http',
  'HttpApiKey',
  'MCPSse',
  'Neo4j',
  'Snowflake',
])('no field of the form of %s fails with any text', async (name) => {
  const form = await openForm(server, typeNamed(name));
  const names = form.controls.map((control) => control.name);
  expect(names.length).toBeGreaterThan(0);
  for (const text of texts) {
    const all = Object.fromEntries(names.map((field) => [field, text]));
    const added = { [`config.${text}`]: text, 'config.constructor.prototype': text, [text]: text };
    for (const fields of [all, { ...all, ...added }]) {
      const sent = await form.send(fields);
      expect([text, sent.status]).toEqual([text, 200]);
    }
  }
});
