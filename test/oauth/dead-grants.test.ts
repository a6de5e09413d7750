import { describe, expect, test } from 'vitest';
import { statusOf as requirementStatusOf } from '../helpers/end-users.ts';
import { endPause, grantOf, leave, refusalOf, statusOf } from '../helpers/grants.ts';
import type { Failure } from '../helpers/providers/oauth-provider.switches.ts';
import { closeWorld, connect, consent, openWorld, useWorld } from '../helpers/world.ts';
import { ask, bring, connectionOf, form, json, raw, resolveOf } from './bring.ts';

/* How vendors report that a grant has ended, and similar responses that mean something else. */

const world = useWorld('generic');

async function refuseRefresh(failure: Failure) {
  const id = await connect(world);
  await leave(world, id, -5);
  world.provider.set({ failure: { ...failure, on: 'refresh_token' } });
  const { status, message = '' } = await refusalOf(world, id);
  return { id, status, message, is: await statusOf(world, id) };
}

describe('a grant ends at once when the provider responds with', () => {
  const facebook = { message: 'Error validating access token', type: 'OAuthException', code: 190 };
  test.each<[string, Failure]>([
    ['token_revoked in a 200', json(200, { ok: false, error: 'token_revoked' })],
    ['Slack’s invalid_refresh_token', json(200, { ok: false, error: 'invalid_refresh_token' })],
    ['Slack’s account_inactive', json(200, { ok: false, error: 'account_inactive' })],
    ['invalid_token', json(401, { error: 'invalid_token' })],
    ['INVALID_GRANT', json(400, { error: 'INVALID_GRANT' })],
    ['Invalid-Grant', json(400, { error: 'Invalid-Grant' })],
    ['ExpiredRefreshToken', json(400, { error: 'ExpiredRefreshToken' })],
    ['a whole sentence', json(401, { error: 'Refresh token is invalid or has expired.' })],
    ['HubSpot’s status', json(400, { status: 'BAD_REFRESH_TOKEN', message: 'bad refresh token' })],
    ['Notion’s code', json(400, { object: 'error', status: 400, code: 'invalid_grant' })],
    ['an error_code', json(400, { error: 'Bad Request', error_code: 'refresh_token_not_found' })],
    ['GitHub’s form in a 200', form(200, 'error=bad_refresh_token&error_description=gone')],
    ['an error in form encoding', form(400, 'error=invalid_grant&error_description=gone')],
    ['Zoho’s invalid_code', json(200, { error: 'invalid_code' })],
    ['Fitbit’s list', json(401, { errors: [{ errorType: 'invalid_grant' }], success: false })],
    ['Facebook’s number', json(400, { error: facebook })],
    ['an error in an object', json(400, { error: { code: 'invalid_grant', message: 'gone' } })],
    [
      'Atlassian’s words',
      json(403, { error: 'unauthorized_client', error_description: 'refresh_token is invalid' }),
    ],
    [
      'LinkedIn’s words',
      json(400, {
        error: 'invalid_request',
        error_description:
          'The provided authorization grant or refresh token is invalid, expired or revoked',
      }),
    ],
    [
      'X’s words',
      json(400, {
        error: 'invalid_request',
        error_description: 'Value passed for the token was invalid.',
      }),
    ],
    ['Zoom’s reason', json(400, { error: 'invalid_request', reason: 'Invalid Token!' })],
  ])('%s', async (_, failure) => {
    const { id, status, message, is } = await refuseRefresh(failure);
    expect([status, is]).toEqual([409, 'expired']);
    expect(message).toContain('no longer accepts the grant');
    expect(message).not.toMatch(/client|settings/);
    const document = 'query($id: ID!) { connection(id: $id) { oauth { refreshable } } }';
    const { data } = await world.server.graphql(document, { id });
    expect(data).toEqual({ connection: { oauth: { refreshable: false } } });
  });
});

describe('a connection stays active and is retried when the provider responds with', () => {
  const words = (error: string, error_description: string) =>
    json(400, { error, error_description });
  test.each<[string, Failure, RegExp]>([
    ['a client', json(401, { error: 'invalid_client' }), /client_secret/],
    [
      'a client that is named beside a token',
      json(401, { error: 'invalid_client', error_description: 'Invalid client or token' }),
      /client_secret/,
    ],
    ['a grant type', words('unsupported_grant_type', 'Invalid grant type'), /this kind of request/],
    ['a code of a grant type', words('invalid_grant_type', ''), /an error \(invalid_grant_type\)/],
    ['a client’s token', words('invalid_client_token', ''), /an error \(invalid_client_token\)/],
    ['an access token', words('expired_access_token', ''), /\(expired_access_token\)/],
    ['Slack’s invalid_auth', json(200, { ok: false, error: 'invalid_auth' }), /\(invalid_auth\)/],
    ['a proxy’s CSRF token', json(403, { message: 'Invalid CSRF token' }), /status 403/],
    [
      'a cloud’s own token',
      json(403, { message: 'The security token included in the request is invalid' }),
      /status 403/,
    ],
    ['words without a code', json(401, { message: 'Invalid refresh token' }), /status 401/],
    ['words of a request', words('invalid_request', 'Unknown token endpoint'), /malformed/],
    [
      'a provider that is busy',
      words('temporarily_unavailable', 'The token is invalid'),
      /\(temporarily_unavailable\)/,
    ],
    [
      'Salesforce’s rate under invalid_grant',
      words('invalid_grant', 'login rate exceeded'),
      /\(invalid_grant\)/,
    ],
    [
      'a client that is blamed for a token',
      words('invalid_client', 'The refresh token is invalid'),
      /does not accept the grant/,
    ],
    [
      'a request that is blamed for a token',
      words('invalid_request', 'Refresh token 7 was revoked by its user'),
      /does not accept the grant/,
    ],
    ['invalid_grant in a 503', json(503, { error: 'invalid_grant' }), /status 503/],
    ['Lark’s number in a 200', json(200, { code: 20050, msg: 'busy' }), /status 200/],
    ['an error without a name', json(200, { error: { message: 'no' } }), /status 200/],
    ['no token', json(200, { data: {} }), /without an access token/],
    ['HTML', raw(403, 'text/html', '<h1>invalid_grant</h1>'), /status 403/],
    ['a redirect', { kind: 'raw', status: 307, body: '' }, /redirect \(307\)/],
    ['a teapot', json(418, {}), /status 418/],
  ])('%s', async (_, failure, reason) => {
    const { id, status, message, is } = await refuseRefresh(failure);
    expect([status, is]).toEqual([502, 'active']);
    expect(message).toMatch(reason);
    world.provider.reset();
    await endPause(world, id);
    const { json: answer } = await world.server.rest('POST', `/v1/connections/${id}/credentials`);
    expect(answer).toMatchObject({ data: { config: { access_token: expect.any(String) } } });
  });
});

test('a requirement becomes pending when the grant of the end user ends, and a new consent completes it', async () => {
  const google = await openWorld('google');
  const asked = await ask(google);
  expect((await bring(asked)).status).toBe(200);
  expect(await requirementStatusOf(asked.user, asked.requirement)).toBe('completed');
  await leave(google, await connectionOf(asked), 5);
  google.provider.set({ failure: json(200, { ok: false, error: 'token_revoked' }) });
  const ended = await resolveOf(asked);
  expect([ended.__typename, ended.message]).toEqual([
    'ConflictError',
    expect.stringContaining('no longer accepts the grant (token_revoked)'),
  ]);
  expect(await requirementStatusOf(asked.user, asked.requirement)).toBe('pending');
  google.provider.reset();
  expect((await bring(asked)).status).toBe(200);
  expect(await requirementStatusOf(asked.user, asked.requirement)).toBe('completed');
  expect((await resolveOf(asked)).__typename).toBe('Credentials');
  await closeWorld(google);
});

describe('a refusal for no known reason ends the connection', () => {
  const since = (id: string, hours: number) => {
    const data = { refusedSince: new Date(Date.now() - hours * 3_600_000) };
    return world.server.deps.db.oauthGrant.update({ where: { connectionId: id }, data });
  };
  const again = async (id: string) => {
    await endPause(world, id);
    return refusalOf(world, id);
  };

  test('after 72 hours, with an error that says so', async () => {
    const { id } = await refuseRefresh(json(400, { error: 'computer_says_no' }));
    expect((await again(id)).status).toBe(502);
    await since(id, 71);
    expect((await again(id)).status).toBe(502);
    await since(id, 73);
    expect(await again(id)).toEqual({ status: 409, message: expect.stringContaining('72 hours') });
    expect(await statusOf(world, id)).toBe('expired');
    world.provider.reset();
    expect((await consent(world, id)).status).toBe(200);
    expect((await grantOf(world, id)).refusedSince).toBeNull();
  });

  test('not before the third refusal in a row', async () => {
    const { id } = await refuseRefresh(json(418, {}));
    await since(id, 100);
    expect((await again(id)).status).toBe(502);
    expect((await again(id)).status).toBe(409);
  });

  test('72 hours after the first refusal since the last token', async () => {
    const { id } = await refuseRefresh(json(400, { error: 'computer_says_no' }));
    await since(id, 100);
    const { failure } = world.provider.switches;
    world.provider.set({ failure: null });
    await endPause(world, id);
    expect((await world.server.rest('POST', `/v1/connections/${id}/credentials`)).status).toBe(200);
    world.provider.set({ failure });
    await leave(world, id, -5);
    for (let n = 0; n < 4; n += 1) expect((await again(id)).status).toBe(502);
  });

  test('without counting a wrong client or an unreachable provider', async () => {
    const { id } = await refuseRefresh(json(401, { error: 'invalid_client' }));
    await again(id);
    world.provider.set({ failure: { kind: 'status', status: 503 } });
    await again(id);
    expect((await grantOf(world, id)).refusedSince).toBeNull();
  });
});
