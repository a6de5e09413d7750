import { expect, test } from 'vitest';
import { createConnection } from '../helpers/connections.ts';
import { startTestServer, useServer } from '../helpers/server.ts';

const token = 'a-token-of-the-operator';

const server = useServer();
const guarded = useServer({ env: { METRICS_TOKEN: token } });

test('/health and /ready need no credential', async () => {
  for (const path of ['/health', '/ready']) {
    const { status, json } = await server.rest('GET', path, { key: null });
    expect([path, status, json]).toEqual([path, 200, { status: 'ok' }]);
  }
});

test('/ready is 503 when the vault does not open', async () => {
  const other = await startTestServer();
  const damaged = `INSERT INTO data_key (id, master_key_kid, wrapped, status)
    SELECT gen_random_uuid(), kid, '\\x00', 'active' FROM master_key`;
  await other.deps.sql('damage', damaged, []);
  const { status, json } = await other.rest('GET', '/ready', { key: null });
  await other.close();
  expect([status, json]).toEqual([503, { status: 'unavailable', vault: 'does not open' }]);
});

test('/docs shows every operation of the document, and loads and runs nothing', async () => {
  const { status, text, headers } = await server.rest('GET', '/docs', { key: null });
  expect(status).toBe(200);
  expect(headers['content-type']).toContain('text/html');
  expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-/);
  const { json } = await server.rest('GET', '/v1/openapi.json', { key: null });
  const { paths } = json as { paths: Record<string, Record<string, { operationId: string }>> };
  const ids = Object.values(paths).flatMap((item) =>
    Object.values(item).map(({ operationId }) => operationId),
  );
  expect(ids.length).toBeGreaterThan(7);
  expect(ids.filter((id) => !text.includes(`<section id="${id}">`))).toEqual([]);
  expect(text).not.toContain('<script');
});

test('/metrics counts requests by edge, method and status, without paths', async () => {
  const { id } = await createConnection(server);
  await server.rest('GET', `/v1/connections/${id}`);
  await server.graphql('{ viewer { kind } }');
  const { status, text, headers } = await server.rest('GET', '/metrics', { key: null });
  expect(status).toBe(200);
  expect(headers['content-type']).toContain('text/plain');
  expect(text).toMatch(/_count\{edge="rest",method="GET",status="200"\} [1-9]/);
  expect(text).toMatch(/_count\{edge="graphql",method="POST",status="200"\} [1-9]/);
  expect(text).not.toContain(id);
});

test('METRICS_TOKEN protects /metrics and nothing else', async () => {
  const metrics = (key: string | null) => guarded.rest('GET', '/metrics', { key });
  expect((await metrics(null)).status).toBe(401);
  expect((await metrics('wrong')).status).toBe(401);
  expect((await metrics(guarded.adminKey)).status).toBe(401);
  expect((await metrics(`${token}x`)).status).toBe(401);
  expect((await metrics(token)).status).toBe(200);
  expect((await guarded.rest('GET', '/health', { key: null })).status).toBe(200);
});
