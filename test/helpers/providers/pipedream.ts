import { randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { canary, guard } from '../canary.ts';

/** An account at Pipedream. */
export type Account = {
  id: string;
  externalUserId: string;
  appSlug: string;
  healthy: boolean;
  createdAt: string;
};

/** A requested link. */
type Link = {
  externalUserId: string;
  webhookUri: string;
  successUri: string | undefined;
  errorUri: string | undefined;
  isUsed: boolean;
};

export type Call = { method: string; path: string; environment: string | undefined };

/** The behaviour of the fake; a test can change it while it runs. */
export type Switches = {
  /** Whether webhooks arrive. */
  webhooks: 'sent' | 'lost';
  /** The failure of every call except the one for a token; null for none. */
  failure: number | 'reset' | null;
  /** The lifetime of a token in seconds. */
  tokenLife: number;
  /** The delay of every response in milliseconds. */
  delay: number;
};

const defaultSwitches: Switches = { webhooks: 'sent', failure: null, tokenLife: 3_600, delay: 0 };

/** A scripted Pipedream Connect with the part of its public API that is in the contract. */
export type Pipedream = {
  url: string;
  env: Record<string, string>;
  accounts: Account[];
  calls: Call[];
  /** Every issued token. */
  tokens: string[];
  /** Invalidates all earlier tokens. */
  endTokens(): void;
  set(switches: Partial<Switches>): void;
  reset(): void;
  /** Opens a link and connects an account as a person does; returns the account's id. */
  connect(linkUrl: string, options?: { healthy?: boolean }): Promise<string>;
  /** The address of a link's webhooks. */
  webhookOf(linkUrl: string): string;
  linkOf(linkUrl: string): Link;
  stop(): Promise<void>;
};

type State = Omit<Pipedream, 'url' | 'env' | 'stop'> & {
  switches: Switches;
  links: Map<string, Link>;
  live: Set<string>;
};

const client = { id: 'client-of-test', secret: canary('pipedream') };
const project = 'proj_test';

/** Starts it before the tests of the file, resets it after each test, and stops it at the end. */
export function usePipedream(): Pipedream {
  const pipedream = {} as Pipedream; // beforeAll fills it
  beforeAll(async () => {
    Object.assign(pipedream, await startPipedream());
  });
  afterEach(() => pipedream.reset());
  afterAll(() => pipedream.stop());
  return pipedream;
}

/** Starts it on 127.0.0.1, in this process. */
export async function startPipedream(): Promise<Pipedream> {
  const state = createState();
  const server = createServer((message, response) => {
    answer(state, message, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('It has no port.');
  const url = `http://127.0.0.1:${address.port}`;
  const env = {
    PIPEDREAM_CLIENT_ID: client.id,
    PIPEDREAM_CLIENT_SECRET: client.secret,
    PIPEDREAM_PROJECT_ID: project,
    PIPEDREAM_ENVIRONMENT: 'development',
    PIPEDREAM_API_URL: url,
  };
  const stop = () =>
    new Promise<void>((done) => {
      server.close(() => done());
      server.closeAllConnections();
    });
  return Object.assign(state, { url, env, stop });
}

function createState(): State {
  const links = new Map<string, Link>();
  const state: State = {
    accounts: [],
    calls: [],
    tokens: [],
    links,
    live: new Set(),
    switches: defaultSwitches,
    endTokens: () => state.live.clear(),
    set: (switches) => {
      state.switches = { ...state.switches, ...switches };
    },
    reset: () => {
      state.switches = defaultSwitches;
      state.calls.length = 0;
    },
    linkOf: (linkUrl) => {
      const link = links.get(new URL(linkUrl).searchParams.get('token') ?? '');
      if (link === undefined) throw new Error('There is no such link.');
      return link;
    },
    webhookOf: (linkUrl) => state.linkOf(linkUrl).webhookUri,
    connect: (linkUrl, options) => connect(state, linkUrl, options),
  };
  return state;
}

async function connect(
  state: State,
  linkUrl: string,
  { healthy = true }: { healthy?: boolean } = {},
): Promise<string> {
  const link = state.linkOf(linkUrl);
  const appSlug = new URL(linkUrl).searchParams.get('app');
  if (link.isUsed || appSlug === null) throw new Error('The link was used, or is for no app.');
  link.isUsed = true;
  const { externalUserId, webhookUri } = link;
  const id = `apn_${randomUUID().slice(0, 8)}`;
  const createdAt = new Date().toISOString();
  state.accounts.push({ id, externalUserId, appSlug, healthy, createdAt });
  if (state.switches.webhooks === 'sent') {
    const body = JSON.stringify({ event: 'CONNECTION_SUCCESS', account: { id } });
    const headers = { 'content-type': 'application/json' };
    await fetch(webhookUri, { method: 'POST', headers, body });
  }
  return id;
}

async function answer(state: State, message: IncomingMessage, response: ServerResponse) {
  const url = new URL(message.url ?? '/', 'http://pipedream.test');
  const { method = '' } = message;
  const environment = message.headers['x-pd-environment']?.toString();
  state.calls.push({ method, path: url.pathname + url.search, environment });
  const { delay, failure } = state.switches;
  if (delay > 0) await new Promise((done) => setTimeout(done, delay));
  const reply = (status: number, body?: object) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(body && JSON.stringify(body));
  };
  if (`${method} ${url.pathname}` === 'POST /v1/oauth/token')
    return giveToken(state, message, reply);
  if (failure === 'reset') return message.socket.destroy();
  if (failure !== null) return reply(failure, { error: 'as asked for' });
  const token = message.headers.authorization?.replace(/^Bearer /, '') ?? '';
  if (!state.live.has(token)) return reply(401, { error: 'unauthorized' });
  const base = `/v1/connect/${project}`;
  if (environment !== 'development') return reply(400, { error: 'no such environment' });
  if (method === 'POST' && url.pathname === `${base}/tokens`)
    return giveLink(state, message, reply);
  if (method === 'GET' && url.pathname === `${base}/accounts`) return list(state, url, reply);
  if (method === 'DELETE' && url.pathname.startsWith(`${base}/accounts/`)) {
    const id = url.pathname.slice(`${base}/accounts/`.length);
    const index = state.accounts.findIndex((account) => account.id === id);
    if (index < 0) return reply(404, { error: 'no such account' });
    state.accounts.splice(index, 1);
    return reply(204);
  }
  return reply(404, { error: 'no such path' });
}

type Reply = (status: number, body?: object) => void;

async function giveToken(state: State, message: IncomingMessage, reply: Reply): Promise<void> {
  const asked = (await json(message)) as Record<string, unknown>;
  const isClient = asked.client_id === client.id && asked.client_secret === client.secret;
  if (asked.grant_type !== 'client_credentials' || !isClient) {
    return reply(401, { error: 'invalid_client' });
  }
  const token = guard(`pdt-${randomBytes(16).toString('hex')}`);
  state.tokens.push(token);
  state.live.add(token);
  reply(200, { access_token: token, token_type: 'Bearer', expires_in: state.switches.tokenLife });
}

async function giveLink(state: State, message: IncomingMessage, reply: Reply): Promise<void> {
  const asked = (await json(message)) as Record<string, string | undefined>;
  const { external_user_id: externalUserId, webhook_uri: webhookUri } = asked;
  if (!externalUserId || externalUserId.length > 250 || !webhookUri) {
    return reply(400, { error: 'external_user_id and webhook_uri are required' });
  }
  guard(webhookUri.split('/').at(-1) ?? '');
  const token = `ctok_${randomBytes(8).toString('hex')}`;
  const { success_redirect_uri: successUri, error_redirect_uri: errorUri } = asked;
  state.links.set(token, { externalUserId, webhookUri, successUri, errorUri, isUsed: false });
  reply(200, {
    token,
    expires_at: new Date(Date.now() + 4 * 3_600_000).toISOString(),
    connect_link_url: `https://pipedream.test/_static/connect.html?token=${token}&connectLink=true`,
  });
}

function list(state: State, url: URL, reply: Reply): void {
  const externalUserId = url.searchParams.get('external_user_id');
  const app = url.searchParams.get('app');
  const data = state.accounts
    .filter((account) => account.externalUserId === externalUserId && account.appSlug === app)
    .map(({ id, appSlug, healthy, createdAt }) => ({
      id,
      name: 'somebody',
      external_id: 'somebody-else',
      healthy,
      dead: false,
      app: { name_slug: appSlug },
      created_at: createdAt,
    }));
  reply(200, { data, page_info: { total_count: data.length, count: data.length } });
}
