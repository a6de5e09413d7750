import { markUsed } from '../../core/access/last-used.ts';
import { reachOf } from '../../core/access/reach.ts';
import type { RequestContext } from '../../core/access/request-context.ts';
import { requireMember } from '../../core/access/roles.ts';
import { recordEvent } from '../../core/audit/audit.service.ts';
import { NotFoundError } from '../../platform/errors.ts';
import { isUuid } from '../../platform/input.ts';
import { loadCredentials } from './load-credentials.ts';
import { type Credentials, openCredentials } from './open-credentials.ts';

/**
 * Opens a connection. The answer leaves only when its audit event is committed.
 *
 * @throws NotFoundError, ForbiddenError for a system-managed connection, ConflictError for one that
 * is not active.
 */
export async function fetchCredentials(context: RequestContext, id: string): Promise<Credentials> {
  const reach = reachOf(requireMember(context.viewer));
  if (!isUuid(id)) throw new NotFoundError('connection');
  const load = () => loadCredentials(context.deps)({ id, reach });
  const stored = await load();
  if (stored === undefined) throw new NotFoundError('connection');
  const credentials = await openCredentials(context, stored, load);
  await recordEvent(context, {
    action: 'credentials.fetch',
    projectId: stored.projectId,
    connectionId: stored.id,
  });
  markUsed(context.deps, 'connection', stored.id);
  return credentials;
}
