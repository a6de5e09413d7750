import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { acme, typeMutations } from '../helpers/custom-types.ts';
import { useServer } from '../helpers/server.ts';

/* The logos of connection types of one's own. */

const server = useServer();
const drawing = '<path d="M0 0h2v2z"/>';
const svg = (content: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 2">${content}</svg>`;

const logoOf = async (type: string) => {
  const { data } = await server.graphql<{ connectionType: { logoUrl: string } }>(
    'query($type: String!) { connectionType(type: $type) { logoUrl } }',
    { type },
  );
  const { pathname, search } = new URL(data.connectionType.logoUrl);
  return pathname + search;
};
const load = (path: string) => server.rest('GET', path, { key: null });

test('a logo is served without a credential, and a new version has another address', async () => {
  const types = typeMutations(server);
  const definition = acme({ logo: svg(drawing) });
  const { type } = definition;
  await types.create({ definition });
  const path = await logoOf(type);
  const first = await load(path);
  expect(first.status).toBe(200);
  expect(first.headers['content-type']).toBe('image/svg+xml');
  expect(first.headers['content-security-policy']).toBe("default-src 'none'; sandbox");
  expect(first.text).toContain('d="M0 0h2v2z"');
  await types.update({ type, definition: { ...definition, logo: svg('<path d="M1 1z"/>') } });
  const next = await logoOf(type);
  expect(next).not.toBe(path);
  expect((await load(next)).text).toContain('M1 1z');
  const rest = await server.rest<{ data: { logo_url: string } }>(
    'GET',
    `/v1/connection-types/${type}`,
  );
  expect(rest.json.data.logo_url).toContain(next);
});

test('a logo that could do more than draw is refused at its path, with all other problems', async () => {
  const result = await typeMutations(server).create({
    definition: acme({ label: '', logo: svg('<script>alert(1)</script>') }),
  });
  expect(result.fields?.map(({ path }) => path).sort()).toEqual([
    'definition.label',
    'definition.logo',
  ]);
});

test('a type without a logo has its initials, and another id or name has none', async () => {
  const types = typeMutations(server);
  const definition = acme({ label: 'Zeta Yard' });
  await types.create({ definition });
  const path = await logoOf(definition.type);
  expect((await load(path)).text).toContain('ZY');
  const name = path.split('?')[0] ?? '';
  expect((await load(name)).status).toBe(404);
  expect((await load(`${name}?id=${randomUUID()}`)).status).toBe(404);
  expect((await load(`${name}?id=x`)).status).toBe(404);
  expect((await load(path.replace(definition.type, 'custom.Other'))).status).toBe(404);
});
