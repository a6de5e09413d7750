import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { authorize } from './oauth-provider.authorize.ts';
import { findAccount, issueTokens } from './oauth-provider.grants.ts';
import {
  type Client,
  createState,
  type Issued,
  type ProviderState,
} from './oauth-provider.state.ts';
import { type Account, defaultSwitches, type Switches } from './oauth-provider.switches.ts';
import { answerRevocation, answerToken } from './oauth-provider.token.ts';

export type ProviderOptions = { client?: Client; port?: number; switches?: Partial<Switches> };

export const defaultClient = { id: 'client:id', secret: 'client secret/+%&é' } as const;

/** A scripted authorization server; a test reads and changes its state while it runs. */
export type OAuthProvider = ProviderState & {
  authorizationEndpoint: string;
  tokenEndpoint: string;
  revocationEndpoint: string;
  /** Changes some switches. */
  set(switches: Partial<Switches>): void;
  /** Clears calls and counts, and resets all switches; tokens stay valid. */
  reset(switches?: Partial<Switches>): void;
  /** Issues tokens without a flow. */
  issue(account?: Account, scope?: string): Issued;
  /** The account of a valid access or refresh token. */
  findAccount(token: string): Account | undefined;
  stop(): Promise<void>;
  /** Listens again after {@link OAuthProvider.stop}, on the same port with the same state. */
  start(): Promise<void>;
};

/** Starts it on 127.0.0.1, in this process. */
export async function startOAuthProvider(options: ProviderOptions = {}): Promise<OAuthProvider> {
  const { client = defaultClient, port = 0, switches } = options;
  const server = createServer();
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('It has no port.');
  const issuer = `http://127.0.0.1:${address.port}`;
  const state = createState(issuer, client, { ...defaultSwitches, ...switches });
  server.on('request', (message, response) => {
    answer(state, message, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  return Object.assign(state, createControls(state, switches), {
    authorizationEndpoint: `${issuer}/authorize`,
    tokenEndpoint: `${issuer}/token`,
    revocationEndpoint: `${issuer}/revoke`,
    start: () => new Promise<void>((done) => server.listen(address.port, '127.0.0.1', done)),
    stop: () =>
      new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  });
}

function createControls(state: ProviderState, initial: Partial<Switches> = {}) {
  return {
    set: (switches: Partial<Switches>) => {
      Object.assign(state.switches, switches);
    },
    reset: (switches: Partial<Switches> = {}) => {
      Object.assign(state.switches, defaultSwitches, initial, switches);
      state.calls.length = 0;
      state.authorizations.length = 0;
      for (const name of Object.keys(state.counts) as (keyof typeof state.counts)[]) {
        state.counts[name] = 0;
      }
    },
    issue: (account: Account = 'A', scope = 'read') => issueTokens(state, account, scope),
    findAccount: (token: string) => findAccount(state, token),
  };
}

async function answer(state: ProviderState, message: IncomingMessage, response: ServerResponse) {
  const url = new URL(message.url ?? '/', state.issuer);
  switch (`${message.method} ${url.pathname}`) {
    case 'GET /authorize':
      return authorize(state, url, response);
    case 'POST /token':
      return answerToken({ state, message, response });
    case 'POST /revoke':
      return answerRevocation({ state, message, response });
    case 'GET /account':
      return answerAccount(state, message, response);
    default:
      response.writeHead(404).end();
  }
}

/** A resource that the tokens open, which returns their account. */
function answerAccount(state: ProviderState, message: IncomingMessage, response: ServerResponse) {
  const token = message.headers.authorization?.replace(/^Bearer /i, '') ?? '';
  const account = findAccount(state, token);
  response.writeHead(account === undefined ? 401 : 200).end(account);
}
