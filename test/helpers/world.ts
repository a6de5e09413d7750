import { afterAll, afterEach, beforeAll } from 'vitest';
import { canary, guard } from './canary.ts';
import type { RestOptions } from './clients.ts';
import { type ConnectionBody, createConnection, type Data } from './connections.ts';
import type { Answer } from './http.ts';
import { consentInBrowser } from './providers/oauth-provider.browser.ts';
import { presets } from './providers/oauth-provider.presets.ts';
import type { Switches } from './providers/oauth-provider.switches.ts';
import { type OAuthProvider, startOAuthProvider } from './providers/oauth-provider.ts';
import { startTestServer, type TestServer } from './server.ts';

/** A server, and a local provider that one of its OAuth types uses. */
export type World = { server: TestServer; provider: OAuthProvider; name: ProviderName };

export type ProviderName = keyof typeof presets;

const types: Record<ProviderName, string> = {
  google: 'GoogleOAuth2',
  dropbox: 'DropboxOAuth2',
  microsoft: 'MicrosoftOAuth2',
  box: 'BoxOAuth2',
  notion: 'NotionOAuth2',
  github: 'GitHubOAuth2',
  generic: 'OAuth2',
};

export type WorldOptions = { env?: Record<string, string>; switches?: Partial<Switches> };

/**
 * Starts a provider and a server before the tests of the file, resets the provider after each test, and
 * stops both at the end. Every token of the provider is a canary.
 */
export function useWorld(
  name: ProviderName = 'google',
  options: WorldOptions | (() => WorldOptions) = {},
): World {
  const world = {} as World; // beforeAll fills it
  beforeAll(async () => {
    const chosen = typeof options === 'function' ? options() : options;
    Object.assign(world, await openWorld(name, chosen));
  });
  afterEach(() => world.provider.reset());
  afterAll(() => closeWorld(world));
  return world;
}

/** Starts another process over the database of a world for the tests of the file. */
export function useBeside(world: World, env: Record<string, string> = {}): World {
  const beside = {} as World; // beforeAll fills it
  beforeAll(async () => {
    Object.assign(beside, await openBeside(world, env));
  });
  afterAll(() => beside.server.close());
  return beside;
}

/** Opens a world inside a test, which must close it; everywhere else use {@link useWorld}. */
export async function openWorld(
  name: ProviderName = 'google',
  { env = {}, switches = {} }: WorldOptions = {},
): Promise<World> {
  const provider = await openProvider(name, switches);
  const server = await startTestServer({ ...environmentFor({ provider, name }), ...env });
  return { server, provider, name };
}

/** Starts one server, and a local provider of each name. Close the server and stop the providers in `afterAll`. */
export async function openWorlds(names: ProviderName[]): Promise<World[]> {
  const opened = names.map(async (name) => ({ provider: await openProvider(name), name }));
  const providers = await Promise.all(opened);
  const server = await startTestServer(Object.assign({}, ...providers.map(environmentFor)));
  return providers.map((one) => ({ ...one, server }));
}

/** Starts a local provider alone; everything that it issues is a canary. */
export async function openProvider(
  name: ProviderName,
  switches: Partial<Switches> = {},
): Promise<OAuthProvider> {
  const client = { id: 'client:id', secret: canary('client secret/+%&é') };
  const provider = await startOAuthProvider({
    client,
    switches: { ...presets[name], ...switches },
  });
  guardAll(provider);
  return provider;
}

/** Opens another process over the same database. Close it before the world. */
export async function openBeside(world: World, env: Record<string, string> = {}): Promise<World> {
  const server = await startTestServer({ ...environmentFor(world), ...env }, world.server);
  return { ...world, server };
}

export async function closeWorld({ server, provider }: World): Promise<void> {
  await server.close();
  await provider.stop();
}

/** The body of a new connection of the world's type. */
export function oauthBody({ provider, name }: World): Pick<ConnectionBody, 'type' | 'config'> {
  const { authorizationEndpoint, tokenEndpoint, client } = provider;
  const type = `dynamiq.connections.${types[name]}`;
  if (name !== 'generic') return { type, config: {} };
  const urls = { authorization_url: authorizationEndpoint, token_url: tokenEndpoint };
  return {
    type,
    config: { ...urls, client_id: client.id, client_secret: client.secret, scopes: ['read'] },
  };
}

/** Makes a connection that waits for its consent; returns its id. */
export async function prepare(world: World, changes: Partial<ConnectionBody> = {}) {
  return (await createConnection(world.server, { ...oauthBody(world), ...changes })).id;
}

/** Begins a consent; returns the provider's address. */
export async function authorize({ server }: World, id: string, options?: RestOptions) {
  const path = `/v1/connections/${id}/oauth2/authorize`;
  const { status, text, json } = await server.rest<Data<{ url: string }>>('POST', path, options);
  if (status !== 200) throw new Error(`It did not begin: ${status} ${text}`);
  guard(new URL(json.data.url).searchParams.get('state') ?? '');
  return json.data.url;
}

/** Sends a browser to the provider; returns the path and query that it is sent back to. */
export async function visit({ server }: World, address: string): Promise<string> {
  const callback = `${server.deps.config.publicUrl}/v1/oauth2/callback`;
  const { pathname, search } = await consentInBrowser(address, callback);
  return pathname + search;
}

/** Opens one of our pages as a browser does. */
export function open({ server }: World, path: string): Promise<Answer> {
  return server.send({ method: 'GET', path });
}

/** Consents; returns the page that the browser ends on. */
export async function consent(world: World, id: string, options?: RestOptions): Promise<Answer> {
  return open(world, await visit(world, await authorize(world, id, options)));
}

/** Makes a connection and consents; returns its id. */
export async function connect(world: World, changes: Partial<ConnectionBody> = {}) {
  const id = await prepare(world, changes);
  const { status, text } = await consent(world, id);
  if (status !== 200) throw new Error(`It was not connected: ${status} ${text}`);
  return id;
}

/** The environment in which a server uses the provider for the type of that name. */
export function environmentFor({ provider, name }: Pick<World, 'provider' | 'name'>) {
  if (name === 'generic') return { OUTBOUND_ALLOW: '127.0.0.1' };
  const { client, authorizationEndpoint, tokenEndpoint, revocationEndpoint } = provider;
  const values = {
    CLIENT_ID: client.id,
    CLIENT_SECRET: client.secret ?? '',
    AUTHORIZATION_ENDPOINT: authorizationEndpoint,
    TOKEN_ENDPOINT: tokenEndpoint,
    REVOCATION_ENDPOINT: revocationEndpoint,
  };
  const entries = Object.entries(values);
  return Object.fromEntries(
    entries.map(([key, value]) => [`OAUTH_${name.toUpperCase()}_${key}`, value]),
  );
}

function guardAll({ issued, codes }: OAuthProvider): void {
  const push = issued.push.bind(issued);
  issued.push = (...tokens) => {
    for (const { accessToken, refreshToken = accessToken } of tokens) {
      guard(accessToken);
      guard(refreshToken);
    }
    return push(...tokens);
  };
  const set = codes.set.bind(codes);
  codes.set = (code, value) => set(guard(code), value);
}
