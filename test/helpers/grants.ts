import { type ConnectionJson, type Data, type Failure, fetchConfig } from './connections.ts';
import type { World } from './world.ts';

/** A grant as it is stored. */
export function grantOf({ server }: World, id: string) {
  return server.deps.db.oauthGrant.findUniqueOrThrow({ where: { connectionId: id } });
}

/** Sets how many seconds the access token has left, by the database's clock. */
export async function leave({ server }: World, id: string, seconds: number): Promise<void> {
  const text = `UPDATE oauth_grant SET access_token_expires_at = now() + make_interval(secs => $2::float8)
    WHERE connection_id = $1::uuid`;
  await server.database.sql('test-leave', text, [id, seconds]);
}

/** Forgets that a refresh has to wait after a failure. */
export async function endPause({ server }: World, id: string): Promise<void> {
  const data = { nextRefreshAt: new Date(0) };
  await server.deps.db.oauthGrant.update({ where: { connectionId: id }, data });
}

/** Lets another process hold the lease for some more seconds. */
export async function lend({ server }: World, id: string, seconds: number): Promise<void> {
  const text = `UPDATE oauth_grant SET lease_owner = 'another', lease_until = now() + make_interval(secs => $2::float8)
    WHERE connection_id = $1::uuid`;
  await server.database.sql('test-lend', text, [id, seconds]);
}

type Config = { access_token: string; token_type: string; scopes: string[]; expires_at: string };

/** Fetches the credentials, which must succeed. */
export async function tokenOf({ server }: World, id: string): Promise<Config> {
  const { status, text, json } = await fetchConfig(server, id);
  if (status !== 200) throw new Error(`No credentials: ${status} ${text}`);
  return json.data.config as Config;
}

/** Fetches the credentials, which must fail; returns the error. */
export async function refusalOf({ server }: World, id: string) {
  const answer = await server.rest<Failure>('POST', `/v1/connections/${id}/credentials`);
  return { status: answer.status, message: answer.json.error?.message };
}

export async function statusOf({ server }: World, id: string): Promise<string> {
  const { json } = await server.rest<Data<ConnectionJson>>('GET', `/v1/connections/${id}`);
  return json.data.status;
}

/** Returns the audit actions of a connection, oldest first. */
export async function eventsOf({ server }: World, connectionId: string): Promise<string[]> {
  const events = await server.deps.db.auditEvent.findMany({
    where: { connectionId },
    orderBy: [{ at: 'asc' }, { id: 'asc' }],
  });
  return events.map(({ action }) => action);
}
