import { requireNoCanary } from '../helpers/canary.ts';
import { graphqlClient, restClient } from '../helpers/clients.ts';
import { send } from '../helpers/http.ts';
import {
  adminKey,
  type Environment,
  makeEnvironment,
  projectOf,
  startServer,
} from '../helpers/process.ts';
import type { Switches } from '../helpers/providers/oauth-provider.switches.ts';
import type { TestServer } from '../helpers/server.ts';
import { environmentFor, openProvider } from '../helpers/world.ts';

/** The built server in its own process, reached only over HTTP. */
export type BuiltServer = Pick<TestServer, 'url' | 'graphql' | 'rest' | 'send' | 'close'> & {
  home: { projectId: string };
};

/** Starts the server for the first time on its database; `close` throws when its output holds a secret. */
export async function startBuiltServer(environment: Environment): Promise<BuiltServer> {
  const server = await startServer({ LOG_LEVEL: 'debug', ...environment });
  const { url } = server;
  return {
    url,
    home: { projectId: await projectOf(server) },
    graphql: graphqlClient(url, adminKey),
    rest: restClient(url, adminKey),
    send: (sent) => send(url, sent),
    close: async () => {
      await server.end();
      requireNoCanary('what the server said', server.stdout() + server.stderr());
    },
  };
}

/** Starts the server for `publicUrl`, with a local provider in place of Google. */
export async function startBesideGoogle(publicUrl: string, switches: Partial<Switches> = {}) {
  const provider = await openProvider('google', switches);
  const environment = { ...(await makeEnvironment()), PUBLIC_URL: publicUrl };
  const client = environmentFor({ provider, name: 'google' });
  return { provider, server: await startBuiltServer({ ...environment, ...client }) };
}
