import type { ServerResponse } from 'node:http';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import type { Issued, ProviderState } from './oauth-provider.state.ts';
import type { Failure, Switches } from './oauth-provider.switches.ts';

/** The body of a successful token response, as the switches shape it. */
export function describeTokens(state: ProviderState, issued: Issued): Record<string, unknown> {
  const { tokenType, expiresIn, scope, envelope } = state.switches;
  const tokens = {
    access_token: issued.accessToken,
    token_type: tokenType,
    ...(expiresIn !== null && { expires_in: expiresIn }),
    ...(issued.refreshToken !== undefined && { refresh_token: issued.refreshToken }),
    ...(scope !== 'none' && { scope: scope === 'asked' ? issued.scope : scope }),
    ...describeAccount(state, issued),
    ...state.switches.extra,
  };
  return envelope === 'none' ? tokens : { ok: true, code: 0, msg: 'success', [envelope]: tokens };
}

const encoders = {
  gzip: gzipSync,
  deflate: deflateSync,
  'deflate-raw': deflateRawSync,
  br: brotliCompressSync,
  zstd: (text: string) => Buffer.from(text), // whatever it is: nobody reads it
};

/** Responds in JSON, or in form encoding as GitHub does unless asked for JSON. */
export function sendBody(
  response: ServerResponse,
  body: Record<string, unknown>,
  { status = 200, asForm = false, encoding = 'none' as Switches['encoding'] },
): void {
  const type = asForm ? 'application/x-www-form-urlencoded' : 'application/json;charset=utf-8';
  const entries = Object.entries(body).map(([name, value]) => [name, String(value)]);
  const text = asForm ? new URLSearchParams(entries).toString() : JSON.stringify(body);
  const headers = { 'content-type': type, 'cache-control': 'no-store' };
  if (encoding === 'none') return void response.writeHead(status, headers).end(text);
  response.writeHead(status, { ...headers, 'content-encoding': encoding.replace('-raw', '') });
  response.end(encoders[encoding](text));
}

/** Sends the configured failure. */
export function sendFailure(response: ServerResponse, failure: Failure): void {
  switch (failure.kind) {
    case 'error': {
      const { error, description = `The switch says ${error}.`, status = 400 } = failure;
      sendBody(response, { error, error_description: description }, { status });
      return;
    }
    case 'status':
      if (failure.retryAfter !== undefined) response.setHeader('retry-after', failure.retryAfter);
      response.writeHead(failure.status, { 'content-type': 'text/plain' }).end('Not now.');
      return;
    case 'raw':
      response.writeHead(failure.status, failure.headers).end(failure.body);
      return;
    case 'malformed':
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"access_token":"at_');
      return;
    case 'html':
      response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Be right back</h1>');
      return;
    case 'huge':
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ padding: 'x'.repeat(5_000_000) }));
      return;
    case 'reset':
      response.socket?.resetAndDestroy();
  }
}

function describeAccount({ switches, issuer, client }: ProviderState, issued: Issued) {
  const { account } = issued;
  switch (switches.account) {
    case 'none':
      return {};
    case 'dropbox':
      return { uid: `uid-${account}`, account_id: `dbid:${account}` };
    case 'notion': {
      const owner = { type: 'user', user: { object: 'user', id: `user-${account}` } };
      return { bot_id: `bot-${account}`, workspace_id: `workspace-${account}`, owner };
    }
    case 'id_token': {
      const now = Math.floor(issued.at / 1000);
      const claims = {
        iss: issuer,
        aud: client.id,
        sub: `sub-${account}`,
        iat: now,
        exp: now + 600,
      };
      return { id_token: encodeIdToken(claims) };
    }
  }
}

// Over TLS from the token endpoint a client need not verify the signature (OpenID Connect Core,
// 3.1.3.7): it is none.
function encodeIdToken(claims: Record<string, unknown>): string {
  const parts = [JSON.stringify({ alg: 'RS256', typ: 'JWT' }), JSON.stringify(claims), 'signature'];
  return parts.map((part) => Buffer.from(part).toString('base64url')).join('.');
}
