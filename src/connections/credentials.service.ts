import { markUsed } from '../access/last-used.ts';
import { reachOf } from '../access/reach.ts';
import type { RequestContext } from '../access/request-context.ts';
import { requireMember } from '../access/roles.ts';
import { recordEvent } from '../audit/audit.service.ts';
import { NotFoundError } from '../errors.ts';
import { isUuid } from '../input.ts';
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
