import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { send } from '../../helpers/http.ts';
import {
  type Environment,
  makeEnvironment,
  projectOf,
  type ServerProcess,
  startServer,
} from '../../helpers/process.ts';
import { administer } from '../../setup/postgresql.ts';

const PUBLIC_URL = 'https://connect.patchbay.example';
const host = 'app.example.com';

describe('connect tokens of two processes', () => {
  let environment: Environment;
  let first: ServerProcess;
  let second: ServerProcess;

  beforeAll(async () => {
    environment = { ...(await makeEnvironment()), PUBLIC_URL };
    first = await startServer(environment);
    second = await startServer(environment);
    await administer(
      environment.DATABASE_URL ?? '',
      `INSERT INTO app (id, project_id, name, hostname, visibility)
       VALUES (gen_random_uuid(), '${await projectOf(first)}', 'app', '${host}', 'public')`,
    );
  }, 90_000);

  const mint = async ({ url }: ServerProcess, userId: string) => {
    const body = JSON.stringify({ user_id: userId });
    const type = { 'content-type': 'application/json', 'content-length': String(body.length) };
    const { status, json } = await send<{ token: string }>(url, {
      method: 'POST',
      path: '/v1/connect/tokens',
      headers: { host, ...type },
      body,
      mayHoldSecrets: true,
    });
    expect(status).toBe(201);
    return json.token;
  };
  const present = async ({ url }: ServerProcess, token: string) => {
    const headers = { authorization: `Bearer ${token}` };
    return (await send(url, { method: 'GET', path: '/v1/openapi.json', headers })).status;
  };
  const published = async ({ url }: ServerProcess) =>
    (await send<JSONWebKeySet>(url, { method: 'GET', path: '/.well-known/jwks.json' })).json;

  it('are signed with one key when both processes need the first key at once', async () => {
    const made = await Promise.all([first, second].map((server, n) => mint(server, `user ${n}`)));
    const keys = await published(first);
    expect(keys.keys).toHaveLength(1);
    expect(await published(second)).toEqual(keys);
    for (const token of made) {
      const { payload } = await jwtVerify(token, createLocalJWKSet(keys), {
        issuer: PUBLIC_URL,
        audience: 'connect',
        algorithms: ['RS256'],
      });
      expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(86_400);
      expect([await present(first, token), await present(second, token)]).toEqual([200, 200]);
    }
  });

  it('outlive the process that made them, also when it is killed', async () => {
    const token = await mint(second, 'ann');
    const keys = await published(second);
    await second.end('SIGKILL');
    expect(await present(first, token)).toBe(200);
    second = await startServer(environment);
    expect(await present(second, token)).toBe(200);
    expect(await published(second)).toEqual(keys);
    expect(await present(second, `${token.slice(0, -10)}AAAAAAAAAA`)).toBe(401);
  }, 60_000);

  it('are not in the log, and their users are not either', async () => {
    for (const server of [first, second]) {
      await mint(server, 'a-user-whom-nobody-shall-read-of');
      await server.end();
      expect(server.stdout()).toContain('/v1/connect/tokens');
      expect(server.stdout() + server.stderr()).not.toMatch(/eyJ|a-user-whom/);
    }
  });
});
