import {
  begin,
  type EndUser,
  makeApp,
  makeRequirement,
  openEndUser,
} from '../helpers/end-users.ts';
import type { Answer } from '../helpers/http.ts';
import type { Failure } from '../helpers/providers/oauth-provider.switches.ts';
import { type Resolved, resolve } from '../helpers/resolve.ts';
import { oauthBody, open, visit, type World } from '../helpers/world.ts';

/** A requirement of an app, and an end user of the app. */
export type Asked = { world: World; appId: string; requirement: string; user: EndUser };

/** Makes an app whose requirement is of the world's type. */
export async function ask(world: World, scopes?: readonly string[]): Promise<Asked> {
  const appId = await makeApp(world.server, {});
  const { type } = oauthBody(world);
  const spec = { type, ...(scopes && { scopes: [...scopes] }) };
  const requirement = await makeRequirement(world.server, appId, { spec });
  return { world, appId, requirement, user: await openEndUser(world.server, appId) };
}

/** Lets the user consent at the provider; returns the page that the browser ends on. */
export async function bring({ world, user, requirement }: Asked): Promise<Answer> {
  return open(world, await visit(world, await begin(user, requirement)));
}

/** Resolves the user's credentials as the app does. */
export async function resolveOf({ world, appId, user, requirement }: Asked): Promise<Resolved> {
  const references = [{ requirementId: requirement }];
  const [item] = await resolve(world.server, { appId, userId: user.viewer.userId, references });
  if (item === undefined) throw new Error('Nothing was resolved.');
  return item;
}

/** Finds the connection of the user's link. */
export async function connectionOf({ world, user, requirement }: Asked): Promise<string> {
  const { endUserId } = user.viewer;
  const where = { endUserId, requirementId: requirement, link: { isNot: null } };
  return (await world.server.deps.db.connection.findFirstOrThrow({ where })).id;
}

/** A response in JSON as a vendor words it. */
export function json(status: number, body: object): Failure {
  return raw(status, 'application/json', JSON.stringify(body));
}

/** A form-encoded response as a vendor words it. */
export function form(status: number, body: string): Failure {
  return raw(status, 'application/x-www-form-urlencoded', body);
}

export function raw(status: number, type: string, body: string): Failure {
  return { kind: 'raw', status, body, headers: { 'content-type': type } };
}
