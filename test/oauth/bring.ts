import {
  begin,
  type EndUser,
  makeApp,
  makeRequirement,
  openEndUser,
} from '../helpers/end-users.ts';
import type { Answer } from '../helpers/http.ts';
import type { Failure } from '../helpers/oauth-provider.switches.ts';
import { type Resolved, resolve } from '../helpers/resolve.ts';
import { oauthBody, open, visit, type World } from './world.ts';

/** A requirement of an app, and one of its end users who is asked for it. */
export type Asked = { world: World; appId: string; requirement: string; user: EndUser };

/** Makes an app whose requirement is of the world's type. */
export async function ask(world: World, scopes?: readonly string[]): Promise<Asked> {
  const appId = await makeApp(world.server, {});
  const { type } = oauthBody(world);
  const spec = { type, ...(scopes && { scopes: [...scopes] }) };
  const requirement = await makeRequirement(world.server, appId, { spec });
  return { world, appId, requirement, user: await openEndUser(world.server, appId) };
}

/** The user consents at the provider; returns the page that the browser ends on. */
export async function bring({ world, user, requirement }: Asked): Promise<Answer> {
  return open(world, await visit(world, await begin(user, requirement)));
}

/** What the app gets of what the user brought. */
export async function resolveOf({ world, appId, user, requirement }: Asked): Promise<Resolved> {
  const references = [{ requirementId: requirement }];
  const [item] = await resolve(world.server, { appId, userId: user.viewer.userId, references });
  if (item === undefined) throw new Error('Nothing was resolved.');
  return item;
}

/** The connection that the user brought. */
export async function connectionOf({ world, user, requirement }: Asked): Promise<string> {
  const { endUserId } = user.viewer;
  const where = { endUserId, requirementId: requirement, link: { isNot: null } };
  return (await world.server.deps.db.connection.findFirstOrThrow({ where })).id;
}

/** A vendor's own answer in JSON. */
export function json(status: number, body: object): Failure {
  return raw(status, 'application/json', JSON.stringify(body));
}

/** A vendor's own answer, form-encoded. */
export function form(status: number, body: string): Failure {
  return raw(status, 'application/x-www-form-urlencoded', body);
}

export function raw(status: number, type: string, body: string): Failure {
  return { kind: 'raw', status, body, headers: { 'content-type': type } };
}
