import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { ConnectionType } from '../../../src/core/catalog/catalog.ts';
import type { OAuthFacts } from '../../../src/core/catalog/facts.ts';
import type { JsonObject, JsonValue } from '../../../src/core/catalog/json.ts';
import { guard } from '../canary.ts';

/** One way in which a provider says that a grant has ended. */
export type DeadSign = OAuthFacts['dead'][number];

/** What a provider of one type expects, and what it has issued. It refuses every other request. */
export type TypedProvider = {
  facts: OAuthFacts;
  client: { id: string; secret: string };
  /** The scopes that a consent must request, and the parameters that the type adds. */
  expected: {
    scopes: readonly string[];
    params: JsonObject;
    tokenParams: JsonObject;
    /** What follows the name of the endpoint in the path. */
    tenant: string | undefined;
  };
  authorizationEndpoint: string;
  tokenEndpoint: string;
  revocationEndpoint: string;
  userinfoEndpoint: string;
  /** The account that consents. */
  account: string;
  /** The sign that each refresh returns; undefined while the grant lives. */
  dead: DeadSign | undefined;
  /** What was wrong with the requests so far. */
  complaints: string[];
  codes: Map<string, { challenge: string | undefined; redirectUri: string; account: string }>;
  /** The only refresh token that works, and the access token beside it. */
  current: { access: string; refresh: string; account: string } | undefined;
  refreshes: number;
  revoked: string[];
};

/** One server on 127.0.0.1 with a provider for every type, told by the facts of the type how to behave. */
export type TypedProviders = {
  /** The address of the provider of a type is this and `/<type>`. */
  origin: string;
  /** Adds a provider. `config` is what the connections of the type have, for its parameters. */
  add(type: ConnectionType, config: JsonObject): TypedProvider;
  of(type: ConnectionType): TypedProvider;
  stop(): Promise<void>;
};

/** Starts the server, without any provider. */
export async function startTypedProviders(): Promise<TypedProviders> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('It has no port.');
  const origin = `http://127.0.0.1:${address.port}`;
  const providers = new Map<string, TypedProvider>();
  server.on('request', (request, response) => {
    answer(providers, request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  return {
    origin,
    add(type, config) {
      const provider = createProvider(`${origin}/${type.type}`, type, config);
      providers.set(type.type, provider);
      return provider;
    },
    of: ({ type }) => {
      const provider = providers.get(type);
      if (provider === undefined) throw new Error(`There is no provider of ${type}.`);
      return provider;
    },
    stop: () =>
      new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

function createProvider(issuer: string, type: ConnectionType, config: JsonObject): TypedProvider {
  const { oauth2: facts } = type;
  if (facts === undefined) throw new Error(`${type.type} does not use OAuth.`);
  const { scopes = [...facts.defaultScopes] } = config as { scopes?: string[] };
  const id = `client of ${type.type}`.replaceAll(' ', '-');
  const named = { ...config, client_id: id };
  return {
    facts,
    client: { id, secret: guard(newSecret('cs')) },
    expected: {
      scopes: [...new Set([...scopes, ...facts.alwaysScopes])],
      params: fillAll(facts.extraAuthorizationParams, named),
      tokenParams: fillAll(facts.extraTokenParams, named),
      tenant: undefined,
    },
    authorizationEndpoint: `${issuer}/authorize`,
    tokenEndpoint: `${issuer}/token`,
    revocationEndpoint: `${issuer}/revoke`,
    userinfoEndpoint: `${issuer}/userinfo`,
    account: 'A',
    dead: undefined,
    complaints: [],
    codes: new Map(),
    current: undefined,
    refreshes: 0,
    revoked: [],
  };
}

/** Fills in templates that have all of their values. */
function fillAll(
  templates: OAuthFacts['extraTokenParams'],
  config: JsonObject,
): Record<string, string> {
  const filled = Object.entries(templates).flatMap(([name, template]) => {
    const parts = template.map((part) => (typeof part === 'string' ? part : config[part.field]));
    return parts.some((part) => part == null || part === '') ? [] : [[name, parts.join('')]];
  });
  return Object.fromEntries(filled);
}

/** A request that the provider refuses, with what is wrong. */
class Refused extends Error {
  readonly status: number;
  readonly error: string;

  constructor(error: string, message: string, status = 400) {
    super(`${error}: ${message}`);
    this.error = error;
    this.status = status;
  }
}

async function answer(
  providers: ReadonlyMap<string, TypedProvider>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const [, type = '', endpoint, tenant] = url.pathname.split('/').map(decodeURIComponent);
  const provider = providers.get(type);
  if (provider === undefined) return void response.writeHead(404).end();
  try {
    const { expected } = provider;
    if (tenant !== expected.tenant)
      throw new Refused('invalid_request', `the path ${url.pathname}`);
    switch (`${request.method} ${endpoint}`) {
      case 'GET authorize':
        return void response.writeHead(302, { location: authorize(provider, url) }).end();
      case 'POST token':
        return send(response, ...issueTokens(provider, await readBody(provider, request)));
      case 'POST revoke':
        revoke(provider, await readBody(provider, request));
        return send(response, 200, {});
      case 'GET userinfo':
        return send(response, 200, describeAccount(provider, request));
      default:
        throw new Refused('invalid_request', `no ${request.method} ${endpoint}`, 404);
    }
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    provider.complaints.push(error.message);
    send(response, error.status, { error: error.error, error_description: error.message });
  }
}

function send(response: ServerResponse, status: number, body: JsonObject): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** The authorization endpoint: every parameter must be what the type says, and no other may be there. */
function authorize(provider: TypedProvider, url: URL): string {
  const { facts, client, expected } = provider;
  const sent = Object.fromEntries(url.searchParams);
  const { state, redirect_uri: redirectUri = '', code_challenge: challenge, ...others } = sent;
  if (facts.pkce !== /^[\w-]{43}$/.test(challenge ?? '')) {
    throw new Refused('invalid_request', `code_challenge is ${challenge}`);
  }
  if (!/^[\w-]{43}$/.test(state ?? '')) throw new Refused('invalid_request', 'no state');
  requireSame('the consent', others, {
    ...expected.params,
    response_type: 'code',
    client_id: client.id,
    ...(facts.pkce && { code_challenge_method: 'S256' }),
    ...(expected.scopes.length > 0 && { scope: expected.scopes.join(facts.scopeSeparator) }),
  });
  const code = guard(newSecret('code'));
  provider.codes.set(code, { challenge, redirectUri, account: provider.account });
  const back = new URL(redirectUri);
  for (const name of keptInCallback(facts)) back.searchParams.set(name, `callback-${name}`);
  back.searchParams.set('code', code);
  back.searchParams.set('state', state ?? '');
  return back.href;
}

/** The kept names that come with the callback: every other one, so that both ways are used. */
export function keptInCallback({ kept, account }: OAuthFacts): string[] {
  const ofAccount = [account?.id, account?.label];
  const free = kept.filter((name) => /^\w+$/.test(name) && !ofAccount.includes(name));
  return free.filter((_, index) => index % 2 === 0);
}

type Body = { params: Record<string, string>; authorization: string | undefined };

async function readBody({ facts }: TypedProvider, request: IncomingMessage): Promise<Body> {
  const isJson = facts.tokenRequest === 'json' || facts.clientAuthentication === 'basic+json';
  const wanted = isJson ? 'application/json' : 'application/x-www-form-urlencoded';
  const { authorization, accept, 'content-type': type = '' } = request.headers;
  if (type.split(';')[0] !== wanted) throw new Refused('invalid_request', `the body is ${type}`);
  if (accept !== 'application/json') throw new Refused('invalid_request', `accept is ${accept}`);
  const body = await text(request);
  const params = isJson ? JSON.parse(body) : Object.fromEntries(new URLSearchParams(body));
  return { params, authorization };
}

/** Authenticates the client; returns the other parameters. Any other way than that of the type fails. */
function requireClient({ facts, client }: TypedProvider, { params, authorization }: Body) {
  const { client_id: id, client_secret: secret, ...others } = params;
  const [, basic = ''] = /^Basic (.+)$/.exec(authorization ?? '') ?? [];
  const pair = [client.id, client.secret].map(encodeURIComponent).join(':');
  const found = {
    id: id ?? null,
    secret: secret === undefined ? null : secret === client.secret,
    basic: authorization === undefined ? null : Buffer.from(basic, 'base64').toString() === pair,
  };
  const expected = {
    none: { id: client.id, secret: null, basic: null },
    body: { id: client.id, secret: true, basic: null },
    basic: { id: null, secret: null, basic: true },
    'basic+json': { id: null, secret: null, basic: true },
  }[facts.clientAuthentication];
  if (JSON.stringify(found) !== JSON.stringify(expected)) {
    throw new Refused('invalid_client', JSON.stringify({ found, expected }), 401);
  }
  return others;
}

function issueTokens(provider: TypedProvider, body: Body): [number, JsonObject] {
  const { facts, expected, codes } = provider;
  const { grant_type: grant, ...params } = requireClient(provider, body);
  if (grant === 'authorization_code') {
    const { code = '', code_verifier: verifier, redirect_uri: redirectUri, ...others } = params;
    requireSame('the exchange', others, expected.tokenParams);
    const issued = codes.get(code);
    codes.delete(code);
    if (issued === undefined) throw new Refused('invalid_grant', 'no such code');
    if (redirectUri !== issued.redirectUri) throw new Refused('invalid_grant', 'redirect_uri');
    if (facts.pkce ? challengeOf(verifier ?? '') !== issued.challenge : verifier !== undefined) {
      throw new Refused('invalid_grant', 'code_verifier');
    }
    return [200, newTokens(provider, issued.account)];
  }
  if (grant !== 'refresh_token') throw new Refused('unsupported_grant_type', `${grant}`);
  const { refresh_token: token, ...others } = params;
  requireSame('the refresh', others, expected.tokenParams);
  if (provider.dead !== undefined) return describeEnd(provider.dead);
  const { current } = provider;
  if (current === undefined || token !== current.refresh) {
    throw new Refused('invalid_grant', 'an old refresh token');
  }
  provider.refreshes += 1;
  return [200, newTokens(provider, current.account)];
}

function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url');
}

/** A successful response, with each member at the place that the type names. */
function newTokens(provider: TypedProvider, account: string): JsonObject {
  const { facts, expected } = provider;
  const [access, refresh] = [guard(newSecret('at')), guard(newSecret('rt'))];
  provider.current = { access, refresh, account };
  const answer: JsonObject = {};
  const inCallback = keptInCallback(facts);
  for (const path of facts.kept.filter((name) => !inCallback.includes(name))) {
    place(answer, path, `answer-${path}`);
  }
  if (facts.userinfoEndpoint === null) placeAccount(answer, facts, account);
  const members: JsonObject = {
    access_token: access,
    refresh_token: refresh,
    token_type: 'Bearer',
    expires_in: 3_600,
    scope: expected.scopes.join(facts.scopeSeparator),
  };
  for (const [name, value] of Object.entries(members)) {
    place(answer, facts.responsePaths[name] ?? name, value);
  }
  return answer;
}

function placeAccount(answer: JsonObject, { account: paths }: OAuthFacts, account: string): void {
  if (paths?.id != null) place(answer, paths.id, `id-${account}`);
  if (paths?.label != null) place(answer, paths.label, `label-${account}`);
}

function describeAccount(provider: TypedProvider, { headers }: IncomingMessage): JsonObject {
  const { current, facts } = provider;
  if (current === undefined || headers.authorization !== `Bearer ${current.access}`) {
    throw new Refused('invalid_token', 'the userinfo', 401);
  }
  const answer: JsonObject = { sub: `id-${current.account}`, email: `label-${current.account}` };
  placeAccount(answer, facts, current.account);
  return answer;
}

function describeEnd(sign: DeadSign): [number, JsonObject] {
  if (typeof sign === 'string') return [400, { error: sign }];
  const answer: JsonObject = {};
  place(answer, sign.path, sign.is[0] ?? null);
  return [sign.status ?? 400, answer];
}

function revoke(provider: TypedProvider, body: Body): void {
  const { token = '', ...others } = requireClient(provider, body);
  requireSame('the revocation', others, {});
  if (token !== provider.current?.refresh) throw new Refused('invalid_grant', 'another token', 401);
  provider.revoked.push(token);
}

/** Sets the value at a path such as `$.data[0].id`. */
function place(target: JsonObject, path: string, value: JsonValue): void {
  const steps = path
    .replace(/^\$\.?/, '')
    .replaceAll(/\[(\d+)\]/g, '.$1')
    .split('.');
  let inner: Record<string, JsonValue> = target;
  for (const [index, step] of steps.slice(0, -1).entries()) {
    const next = /^\d+$/.test(steps[index + 1] ?? '') ? [] : {};
    inner[step] ??= next;
    inner = inner[step] as Record<string, JsonValue>; // an array has such keys too
  }
  inner[steps.at(-1) ?? ''] = value;
}

function requireSame(what: string, found: JsonObject, expected: JsonObject): void {
  const [one, other] = [found, expected].map((values) =>
    JSON.stringify(Object.entries(values).toSorted(([a], [b]) => (a < b ? -1 : 1))),
  );
  if (one !== other) throw new Refused('invalid_request', `${what} sent ${one}, not ${other}`);
}

function newSecret(kind: string): string {
  return `${kind}_${randomBytes(24).toString('base64url')}`;
}
