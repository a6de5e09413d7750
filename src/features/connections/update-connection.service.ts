import type { RequestContext } from '../../core/access/request-context.ts';
import { requireMember } from '../../core/access/roles.ts';
import { visibleConnections } from '../../core/access/visibility.ts';
import { eventValues } from '../../core/audit/audit.service.ts';
import type { JsonObject } from '../../core/catalog/json.ts';
import { announceChanges } from '../../core/changes/announce-changes.ts';
import { requireType } from '../../core/connection-config/read-config.ts';
import { type PlannedConfig, sealedConfig } from '../../core/connection-config/sealed-config.ts';
import type { SealingKey } from '../../core/vault/vault.ts';
import { startUntilSealed } from '../../core/vault/write-sealed.ts';
import { dropGrant, forgiveGrant } from '../../oauth/revoke/drop-grant.ts';
import type { PrismaClient } from '../../platform/db/generated/client.ts';
import { ConflictError, ForbiddenError, NotFoundError } from '../../platform/errors.ts';
import { foldCase } from '../../platform/fold-case.ts';
import { isUuid } from '../../platform/input.ts';
import { checkAddresses } from './check-addresses.ts';
import { nameTaken } from './create-connection.service.ts';
import { planConfig, requireGoodConfig } from './plan-config.ts';
import { type ChangedConnection, changeConnection } from './write-connection.statements.ts';

export type ConnectionChanges = {
  id: string;
  name?: string | null | undefined;
  type?: string | null | undefined;
  config?: JsonObject | null | undefined;
  /** The version that the caller last saw; another one is a conflict. */
  version?: number | null | undefined;
};

/** How often a change that names no version is tried anew when others change the connection as well. */
const attempts = 20;

/**
 * Changes a connection: its name, its config (secrets left out are kept), or its type with a whole
 * new config.
 *
 * @returns its id.
 * @throws InvalidInputError, NotFoundError, ForbiddenError for a system-managed connection,
 * ConflictError for a name or a version.
 */
export async function updateConnection(
  context: RequestContext,
  { id, name, type: typeName, config, version }: ConnectionChanges,
): Promise<string> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const stored = await readStored(context, id).catch((error: unknown) => {
      requireConfigOf(typeName, config); // a bad body is told before what it was sent to
      throw error;
    });
    const type = requireType(typeName ?? stored.type);
    if (config != null) requireGoodConfig(type, config, stored);
    if (version != null && version !== stored.version) break;
    const planned = await planConfig(context.deps.vault, stored, type, config);
    if (planned !== undefined) checkAddresses(context.deps, type, planned.halves);
    if (await writeIfUnchanged(context, stored, name ?? undefined, planned)) {
      announceChanges(context.deps);
      return stored.id;
    }
  }
  throw new ConflictError('The connection was changed meanwhile. Read it again, then repeat.');
}

/**
 * Refuses a config that fits no connection, whatever is stored of it: secrets may be.
 *
 * @throws InvalidInputError
 */
export function requireConfigOf(
  typeName: string | null | undefined,
  config: JsonObject | null | undefined,
): void {
  if (typeName == null || config == null) return;
  const type = requireType(typeName);
  requireGoodConfig(type, config, type);
}

type Stored = Awaited<ReturnType<typeof readStored>>;

async function readStored(context: RequestContext, id: string) {
  const viewer = requireMember(context.viewer);
  if (!isUuid(id)) throw new NotFoundError('connection');
  const stored = await context.deps.db.connection.findFirst({
    where: { AND: [{ id }, visibleConnections(viewer)] },
    relationLoadStrategy: 'join',
    include: { configDataKey: true, secret: { include: { configDataKey: true } } },
  });
  if (stored === null) throw new NotFoundError('connection');
  if (stored.isSystem) throw new ForbiddenError('A system-managed connection cannot be changed.');
  return { ...stored, organizationId: viewer.organizationId };
}

/** False when somebody else changed the connection since it was read. */
async function writeIfUnchanged(
  context: RequestContext,
  stored: Stored,
  name: string | undefined,
  planned: PlannedConfig | undefined,
): Promise<boolean> {
  const { deps } = context;
  const { id, projectId, version } = stored;
  const naming = name === undefined ? undefined : { name, nameFolded: foldCase(name) };
  const happening = { action: 'connection.update', projectId, connectionId: id };
  const event = eventValues(context, happening);
  const start = async (key: SealingKey) => {
    const sealed = planned && sealedConfig(deps.vault, key, stored, planned);
    const config = sealed && { ...sealed, status: planned.status };
    const change = { id, version, dataKeyId: key.id, name: naming, config, event };
    const done = await write(deps.db, change, planned?.grant ?? 'keep');
    return done && { result: done.isChanged };
  };
  return startUntilSealed(deps, projectId, start).catch((error: unknown) => {
    throw nameTaken(error) ?? error;
  });
}

/** One statement, unless tokens have to follow. */
function write(db: PrismaClient, change: ChangedConnection, grant: PlannedConfig['grant']) {
  if (grant === 'keep') return changeConnection(db, change);
  return db.$transaction(async (tx) => {
    const done = await changeConnection(tx, change);
    if (!done?.isChanged) return done;
    if (grant === 'drop') await dropGrant(tx, change.id);
    else await forgiveGrant(tx, change.id);
    return done;
  });
}
