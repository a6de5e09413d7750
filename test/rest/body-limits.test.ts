import { describe, expect, test } from 'vitest';
import { authorization } from '../helpers/clients.ts';
import { createConnection, type Failure, newConnection } from '../helpers/connections.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();

const limit = 1_048_576;
const path = '/v1/connections';

const post = (
  body: string | readonly Uint8Array[],
  headers: Record<string, string> = { 'content-type': 'application/json' },
) =>
  server.send<Failure>({
    method: 'POST',
    path,
    headers: { ...authorization(server.adminKey), ...headers },
    body,
  });

/** A valid body, padded with blanks to `bytes`. */
function bodyOf(bytes: number): string {
  const json = JSON.stringify(newConnection(server));
  return json + ' '.repeat(bytes - Buffer.byteLength(json));
}

const parts = (text: string, size = 65_536) =>
  Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
    Buffer.from(text.slice(index * size, (index + 1) * size)),
  );

describe('a body', () => {
  test('of 1 MiB is accepted, whole or in chunks', async () => {
    expect((await post(bodyOf(limit))).status).toBe(201);
    expect((await post(parts(bodyOf(limit)))).status).toBe(201);
  });

  test('of one byte more is 413', async () => {
    const { status, json } = await post(bodyOf(limit + 1));
    expect(status).toBe(413);
    expect(json.error).toEqual({ code: 'payload_too_large', message: expect.any(String) });
  });

  test('of one byte more in chunks is 413', async () => {
    expect((await post(parts(bodyOf(limit + 1)))).status).toBe(413);
  });

  test.each([path, '/connect'])('in many small chunks is 413 within a second: %s', async (to) => {
    const begun = performance.now();
    const { status } = await server.send({
      method: 'POST',
      path: to,
      headers: {
        ...(to === path && authorization(server.adminKey)),
        'content-type': to === path ? 'application/json' : 'application/x-www-form-urlencoded',
      },
      body: parts(' '.repeat(60_000), 1),
    });
    expect(status).toBe(413);
    expect(performance.now() - begun).toBeLessThan(5_000);
  });

  test('in some small chunks is accepted', async () => {
    expect((await post(parts(bodyOf(4_000), 1))).status).toBe(201);
  });

  test('of 20 MiB in chunks gets a response before the connection closes', async () => {
    expect((await post(parts(' '.repeat(20 * limit)))).status).toBe(413);
  });

  test('of 20 MiB without a credential gets 401 before the connection closes', async () => {
    const headers = { 'content-type': 'application/json' };
    const body = 'x'.repeat(20 * limit);
    const answer = await server.send({ method: 'POST', path, headers, body });
    expect(answer.status).toBe(401);
  });

  test('that is empty counts as absent, also in chunks', async () => {
    const { id } = await createConnection(server);
    for (const body of ['', [] as const]) {
      const answer = await server.send({
        method: 'POST',
        path: `${path}/${id}/credentials`,
        headers: {
          ...authorization(server.adminKey),
          'transfer-encoding': 'chunked',
          'content-type': 'application/json',
        },
        body,
        mayHoldSecrets: true,
      });
      expect(answer.status).toBe(200);
    }
  });
});

test('a refused body does not break the next request on the connection', async () => {
  const headers = { ...authorization(server.adminKey), 'content-type': 'application/json' };
  const get = () => fetch(`${server.url}${path}?project_id=${server.home.projectId}`, { headers });
  for (const type of ['text/plain', 'application/json']) {
    const refused = await fetch(`${server.url}${path}`, {
      method: 'POST',
      headers: { ...headers, 'content-type': type },
      body: 'x'.repeat(2 * limit),
    });
    expect(refused.status).toBe(type === 'text/plain' ? 415 : 413);
    await refused.text();
    expect((await get()).status).toBe(200);
  }
});

describe('the media type', () => {
  test.each([
    ['text/plain'],
    ['application/x-www-form-urlencoded'],
    ['multipart/form-data; boundary=x'],
    ['application/jsonp'],
    ['application/vnd.api+json'],
    [''],
  ])('%j is 415', async (type) => {
    const { status, json } = await post(bodyOf(2000), { 'content-type': type });
    expect(status).toBe(415);
    expect(json.error.code).toBe('unsupported_media_type');
  });

  test('that is missing is 415', async () => {
    expect((await post(bodyOf(2000), {})).status).toBe(415);
  });

  test.each(['application/json; charset=utf-8', 'Application/JSON', 'application/json;'])(
    '%j is accepted',
    async (type) => {
      expect((await post(bodyOf(2000), { 'content-type': type })).status).toBe(201);
    },
  );

  test('does not matter when there is no body', async () => {
    const { id } = await createConnection(server);
    const answer = await server.rest('POST', `${path}/${id}/credentials`, {
      headers: { 'content-type': 'text/plain', 'content-length': '0' },
    });
    expect(answer.status).toBe(200);
  });
});
