import type { RequestContext } from '../../core/access/request-context.ts';
import { requireMember } from '../../core/access/roles.ts';
import { visibleConnections } from '../../core/access/visibility.ts';
import type { ConnectionType } from '../../core/catalog/catalog.ts';
import type { JsonObject } from '../../core/catalog/json.ts';
import {
  type ConnectionSealContext,
  openHalf,
} from '../../core/connection-config/sealed-config.ts';
import type { Deps } from '../../core/deps/deps.ts';
import type { Connection, Prisma } from '../../platform/db/generated/client.ts';
import type { ConnectionStatus } from '../../platform/db/generated/enums.ts';
import { ForbiddenError, NotFoundError } from '../../platform/errors.ts';
import { isUuid } from '../../platform/input.ts';

/** A connection with its whole config open. Only code that calls its provider may use it. */
export type OpenConnection = ConnectionSealContext & {
  name: string;
  version: number;
  status: ConnectionStatus;
  type: ConnectionType;
  config: JsonObject;
  /** The URLs of the project to which a consent may send the browser afterwards. */
  redirectUrls: string[];
  /** The end user and the requirement that it belongs to; null: it belongs to the project. */
  broughtBy: ConsentingUser | null;
};

/** An end user who brings a connection. */
export type ConsentingUser = {
  endUserId: string;
  requirementId: string;
  /** The app's id for the user. */
  userId: string;
  appId: string;
  /** The app's name. */
  app: string;
};

/**
 * Opens a connection that the caller may authorize.
 *
 * @throws NotFoundError, ForbiddenError for a system-managed one.
 */
export async function loadConnection(context: RequestContext, id: string): Promise<OpenConnection> {
  const visible = visibleConnections(requireMember(context.viewer));
  const where = { AND: [{ id: isUuid(id) ? id : nowhere }, visible] };
  const connection = await openConnection(context.deps, where);
  if (connection === undefined) throw new NotFoundError('connection');
  if (connection.isSystem) {
    throw new ForbiddenError('A system-managed connection cannot be authorized.');
  }
  return connection;
}

const nowhere = '00000000-0000-0000-0000-000000000000';

/** The relations of a connection that {@link openRow} requires. */
export const connectionParts = {
  project: { select: { organizationId: true, redirectUrls: true } },
  endUser: { select: { userId: true, appId: true, app: { select: { name: true } } } },
  configDataKey: true,
  secret: { include: { configDataKey: true } },
} satisfies Prisma.ConnectionInclude;

export type OAuthConnectionRow = Prisma.ConnectionGetPayload<{ include: typeof connectionParts }>;

/** Opens the connection that `where` finds; undefined when it finds none. */
export async function openConnection(deps: Deps, where: Prisma.ConnectionWhereInput) {
  const row = await deps.db.connection.findFirst({
    where,
    relationLoadStrategy: 'join',
    include: connectionParts,
  });
  return row === null ? undefined : openRow(deps, row);
}

/** Opens a connection that was read with its {@link connectionParts}. */
export async function openRow(
  { vault, connectionTypes }: Pick<Deps, 'vault' | 'connectionTypes'>,
  row: OAuthConnectionRow,
) {
  const place = {
    organizationId: row.project.organizationId,
    projectId: row.projectId,
    id: row.id,
  };
  const half = { sealed: row.config, dataKey: row.configDataKey };
  const secret = row.secret && { sealed: row.secret.config, dataKey: row.secret.configDataKey };
  const [config, secrets] = row.isSystem
    ? [{}, {}]
    : await Promise.all([
        openHalf(vault, place, 'public', half),
        openHalf(vault, place, 'secret', secret),
      ]);
  return {
    ...place,
    name: row.name,
    version: row.version,
    status: row.status,
    isSystem: row.isSystem,
    type: await connectionTypes.current(place.organizationId, row.type),
    config: { ...config, ...secrets },
    redirectUrls: row.project.redirectUrls,
    broughtBy: broughtBy(row),
  };
}

function broughtBy({
  endUserId,
  requirementId,
  endUser,
}: Pick<Connection, 'endUserId' | 'requirementId'> & {
  endUser: { userId: string; appId: string; app: { name: string } } | null;
}): ConsentingUser | null {
  if (endUserId === null || requirementId === null || endUser === null) return null;
  const { userId, appId, app } = endUser;
  return { endUserId, requirementId, userId, appId, app: app.name };
}
