import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createConnection, fetchConfig } from '../helpers/connections.ts';
import { acme, typeMutations } from '../helpers/custom-types.ts';
import { useServer } from '../helpers/server.ts';

/* The connection types of the operator, which every organization has. */

const definition = acme({ type: 'custom.Operator' });
const folder = mkdtempSync(join(tmpdir(), 'types-'));
writeFileSync(join(folder, 'operator.json'), JSON.stringify(definition));
afterAll(() => rmSync(folder, { recursive: true }));

const server = useServer({ env: { CONNECTION_TYPES: folder } });
let types: ReturnType<typeof typeMutations>;
beforeAll(() => {
  types = typeMutations(server);
});

const type = 'custom.Operator';

test('a type from a file is known to every organization and works', async () => {
  for (const key of [server.adminKey, server.stranger.key]) {
    const { data } = await server.graphql(
      'query($type: String!) { connectionType(type: $type) { origin version definition unconfirmed } }',
      { type },
      key,
    );
    expect(data).toEqual({
      connectionType: { origin: 'CUSTOM', version: 1, definition: null, unconfirmed: [] },
    });
  }
  const { id } = await createConnection(server, { type, config: { api_key: 'k' } });
  expect((await fetchConfig(server, id)).json.data.config).toEqual({ api_key: 'k' });
});

test('no API changes it, and nobody can take its name', async () => {
  expect(await types.update({ type, definition })).toMatchObject({
    __typename: 'ForbiddenError',
    message: expect.stringContaining('comes from a file'),
  });
  expect(await types.remove(type)).toMatchObject({ __typename: 'ForbiddenError' });
  expect(await types.create({ definition })).toMatchObject({ __typename: 'ConflictError' });
});
