import pg from 'pg';
import { startMigratedCluster } from '../../helpers/migrated-cluster.ts';
import {
  type Environment,
  environmentOn,
  makeFolder,
  projectOf,
  type ServerProcess,
  startServer,
} from '../../helpers/process.ts';
import {
  launchOAuthProvider,
  type OAuthProviderProcess,
} from '../../helpers/providers/oauth-provider.control.ts';
import type { Switches } from '../../helpers/providers/oauth-provider.switches.ts';
import type { Cluster } from '../../setup/cluster.ts';
import { type Answer, dataOf, send } from '../requests.ts';

/** Two servers on their own PostgreSQL, and an authorization server, each in a process. */
export type TwoServers = {
  cluster: Cluster;
  provider: OAuthProviderProcess;
  a: ServerProcess;
  b: ServerProcess;
  environment: Environment;
  /** Makes an active connection with its own token. */
  connect(name: string): Promise<string>;
  /** Ends a connection's access token. */
  endToken(id: string): Promise<void>;
  query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  stop(): Promise<void>;
};

export async function startTwoServers(
  switches: Partial<Switches>,
  extra: Environment = {},
): Promise<TwoServers> {
  const cluster = await startMigratedCluster();
  const provider = await launchOAuthProvider({
    switches: { clientAuthentication: 'body', ...switches },
  });
  const environment = {
    ...environmentOn(cluster.url()),
    ...clientOf(provider),
    LOG_LEVEL: 'warn',
    ...extra,
  };
  const a = await startServer(environment);
  const b = await startServer({ ...environment, DATA_DIR: makeFolder() });
  const projectId = await projectOf(a);
  const pool = new pg.Pool({ connectionString: cluster.url(), max: 2 });
  pool.on('error', () => {}); // a session that ended with the database
  const query = async <Row extends pg.QueryResultRow>(text: string, values: unknown[] = []) =>
    (await pool.query<Row>(text, values)).rows;
  return {
    cluster,
    provider,
    a,
    b,
    environment,
    query,
    connect: (name) => connect(a, projectId, name),
    endToken: async (id) => {
      await query(
        `UPDATE oauth_grant SET access_token_expires_at = now() - interval '1 second' WHERE connection_id = $1`,
        [id],
      );
    },
    stop: async () => {
      await Promise.all([a.end(), b.end(), provider.process.end(), pool.end()]);
      await cluster.stop();
    },
  };
}

/** The environment in which the Google type speaks to the local provider. */
export function clientOf({ client, ...endpoints }: OAuthProviderProcess): Environment {
  return {
    OAUTH_GOOGLE_CLIENT_ID: client.id,
    OAUTH_GOOGLE_CLIENT_SECRET: client.secret ?? '',
    OAUTH_GOOGLE_AUTHORIZATION_ENDPOINT: endpoints.authorizationEndpoint,
    OAUTH_GOOGLE_TOKEN_ENDPOINT: endpoints.tokenEndpoint,
    OAUTH_GOOGLE_REVOCATION_ENDPOINT: endpoints.revocationEndpoint,
  };
}

/** Makes an active connection with its own token. */
export async function connect(
  server: ServerProcess,
  projectId: string,
  name: string,
): Promise<string> {
  const type = 'dynamiq.connections.GoogleOAuth2';
  const body = { name, project_id: projectId, type, config: { scopes: ['read'] } };
  const { id } = dataOf<{ id: string }>(await send(server, 'POST /v1/connections', { body }));
  const asked = await send(server, `POST /v1/connections/${id}/oauth2/authorize`);
  const consent = await fetch(dataOf<{ url: string }>(asked).url, { redirect: 'manual' });
  const back = new URL(consent.headers.get('location') ?? '');
  const page = await fetch(`${server.url}${back.pathname}${back.search}`);
  if (page.status !== 200) throw new Error(await page.text());
  return id;
}

/** Fetches credentials; returns the status, and the access token when there is one. */
export async function readToken(server: ServerProcess, id: string) {
  const answer: Answer = await send(server, `POST /v1/connections/${id}/credentials`);
  if (answer.status !== 200) return { status: answer.status, token: undefined };
  const { config } = dataOf<{ config: { access_token: string } }>(answer);
  return { status: 200, token: config.access_token };
}
