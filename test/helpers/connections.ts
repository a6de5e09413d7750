import { randomUUID } from 'node:crypto';
import { canary } from './canary.ts';
import type { TestServer } from './server.ts';

/** A connection as REST shows it. */
export type ConnectionJson = {
  id: string;
  name: string;
  type: string;
  status: string;
  project_id: string;
  config: Record<string, unknown> | null;
  config_error?: string;
  secret_fields: string[];
  is_system: boolean;
  created_by: string | null;
  created_at: string;
  updated_at: string;
  version: number;
};

export type Data<Type> = { data: Type };

export type Failure = {
  error: { code: string; message: string; details?: Record<string, unknown>; request_id?: string };
};

export type ConnectionBody = {
  name: string;
  project_id: string;
  type: string;
  config: Record<string, unknown>;
};

export const openAi = 'dynamiq.connections.OpenAI';
export const postgreSql = 'dynamiq.connections.PostgreSQL';
export const google = 'dynamiq.connections.GoogleOAuth2';
export const anyOAuth = 'dynamiq.connections.OAuth2';

export function uniqueName(prefix = 'connection'): string {
  return `${prefix} ${randomUUID()}`;
}

/** The body of a valid `POST /v1/connections` with a secret. */
export function newConnection(
  { home }: Pick<TestServer, 'home'>,
  changes: Partial<ConnectionBody> = {},
): ConnectionBody {
  const config = { api_key: canary('api-key') };
  return { name: uniqueName(), project_id: home.projectId, type: openAi, config, ...changes };
}

/** Stores a connection through the API. */
export async function createConnection(
  server: TestServer,
  changes: Partial<ConnectionBody> = {},
  key?: string,
): Promise<ConnectionJson> {
  const body = newConnection(server, changes);
  const { status, text, json } = await server.rest<Data<ConnectionJson>>(
    'POST',
    '/v1/connections',
    { body, key },
  );
  if (status !== 201) throw new Error(`The connection was not made: ${status} ${text}`);
  return json.data;
}

/** Fetches the credentials of a connection. */
export function fetchConfig(server: TestServer, id: string) {
  type Credentials = { id: string; type: string; config: object; expires_at: string | null };
  return server.rest<Data<Credentials>>('POST', `/v1/connections/${id}/credentials`);
}

/** Makes a connection system-managed. */
export async function makeSystem({ deps }: TestServer, id: string): Promise<void> {
  await deps.db.connection.update({ where: { id }, data: { isSystem: true } });
}
