import type { RequestContext } from '../access/request-context.ts';
import { requireMember } from '../access/roles.ts';
import { visibleConnections } from '../access/visibility.ts';
import { auditEvent } from '../audit/audit.service.ts';
import type { JsonObject } from '../catalog/json.ts';
import { announceChanges } from '../changes/announce-changes.ts';
import { requireType } from '../connection-config/read-config.ts';
import { type PlannedConfig, sealedConfig } from '../connection-config/sealed-config.ts';
import { ConflictError, ForbiddenError, NotFoundError } from '../errors.ts';
import { foldCase } from '../fold-case.ts';
import { isUuid } from '../input.ts';
import { dropGrant, forgiveGrant } from '../oauth/drop-grant.ts';
import { writeSealed } from '../vault/write-sealed.ts';
import { checkAddresses } from './check-addresses.ts';
import { nameTaken } from './create-connection.service.ts';
import { planConfig } from './plan-config.ts';

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
    const stored = await readStored(context, id);
    if (version != null && version !== stored.version) break;
    const type = requireType(typeName ?? stored.type);
    const planned = await planConfig(context.deps.vault, stored, type, config);
    if (planned !== undefined) checkAddresses(context.deps, type, planned.halves);
    if (await writeIfUnchanged(context, stored, name ?? undefined, planned)) {
      announceChanges(context.deps);
      return stored.id;
    }
  }
  throw new ConflictError('The connection was changed meanwhile. Read it again, then repeat.');
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
  const { id, projectId, version } = stored;
  const naming = name === undefined ? {} : { name, nameFolded: foldCase(name) };
  const event = { action: 'connection.update', projectId, connectionId: id };
  const write = writeSealed(context, projectId, async (tx, key) => {
    const sealed = planned && sealedConfig(context.deps.vault, key, stored, planned);
    const status = planned?.status ? { status: planned.status } : {};
    const { count } = await tx.connection.updateMany({
      where: { id, version },
      data: { ...naming, ...sealed?.connection, ...status, version: { increment: 1 } },
    });
    if (count === 0) return false;
    if (sealed)
      await tx.connectionSecret.update({ where: { connectionId: id }, data: sealed.secret });
    if (planned?.grant === 'drop') await dropGrant(tx, id);
    if (planned?.grant === 'forgive') await forgiveGrant(tx, id);
    await tx.auditEvent.create({ data: auditEvent(context, event) });
    return true;
  });
  return write.catch((error: unknown) => {
    throw nameTaken(error) ?? error;
  });
}
