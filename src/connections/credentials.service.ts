import { markUsed } from '../access/last-used.ts';
import type { RequestContext } from '../access/request-context.ts';
import { requireMember } from '../access/roles.ts';
import { recordEvent } from '../audit/audit.service.ts';
import type { JsonObject } from '../catalog/json.ts';
import { ConflictError, ForbiddenError, NotFoundError } from '../errors.ts';
import { isUuid } from '../input.ts';
import { loadCredentials, type StoredCredentials } from './load-credentials.ts';
import { openHalf } from './sealed-config.ts';

/** What only this call gives: a whole config, secrets included. */
export type Credentials = {
  connectionId: string;
  type: string;
  config: JsonObject;
  /** When the config stops working; null when nothing says so. */
  expiresAt: Date | null;
};

/**
 * Opens a connection. The answer leaves only when its audit event is committed.
 *
 * @throws NotFoundError, ForbiddenError for a system-managed connection, ConflictError for one that
 * is not active.
 */
export async function fetchCredentials(context: RequestContext, id: string): Promise<Credentials> {
  const { organizationId, projectId } = requireMember(context.viewer);
  const stored = isUuid(id)
    ? await loadCredentials(context.deps)({ id, organizationId, projectId })
    : undefined;
  if (stored === undefined) throw new NotFoundError('connection');
  requireAvailable(stored);
  const { vault } = context.deps;
  const [config, secrets] = await Promise.all([
    openHalf(vault, stored, 'public', stored.publicHalf),
    openHalf(vault, stored, 'secret', stored.secretHalf),
  ]);
  await recordEvent(context, {
    action: 'credentials.fetch',
    projectId: stored.projectId,
    connectionId: stored.id,
  });
  markUsed(context.deps, 'connection', stored.id);
  return {
    connectionId: stored.id,
    type: stored.type,
    config: { ...config, ...secrets },
    expiresAt: null,
  };
}

function requireAvailable({ isSystem, status }: StoredCredentials): void {
  if (isSystem) {
    throw new ForbiddenError(
      'The credentials of a system-managed connection are never handed out.',
    );
  }
  if (status === 'incomplete') {
    throw new ConflictError('The connection is incomplete: nobody has given consent yet.');
  }
  if (status === 'expired') {
    throw new ConflictError('The connection has expired: authorize it again.');
  }
}
