import { z } from 'zod';
import { markUsed } from '../../core/access/last-used.ts';
import { projectScopeOf } from '../../core/access/project-scope.ts';
import { requireMember } from '../../core/access/roles.ts';
import { recordEvent } from '../../core/audit/audit.service.ts';
import { operation } from '../../core/operations/operation.ts';
import {
  ConflictError,
  ForbiddenError,
  NotFoundError,
  UpstreamError,
} from '../../platform/errors.ts';
import { isUuid } from '../../platform/input.ts';
import { type Credentials, openCredentials } from './open-credentials.ts';

/**
 * Returns credentials after their audit event is committed, so that the log never misses a secret that left
 * the server. It fails with ForbiddenError for a system-managed connection, and with ConflictError for a
 * connection that is not active.
 */
export const fetchCredentials = operation({
  name: 'fetchCredentials',
  description:
    'Returns the decrypted credentials of a connection. The audit log records every call.',
  role: 'runtime',
  audit: 'credentials.fetch',
  connection: 'id',
  input: z.object({ id: z.string() }),
  errors: [NotFoundError, ForbiddenError, ConflictError, UpstreamError],
  run: async (context, { id }): Promise<Credentials> => {
    const projectScope = projectScopeOf(requireMember(context.viewer));
    if (!isUuid(id)) throw new NotFoundError('connection');
    const stored = await context.deps.loadCredentials({ id, projectScope });
    if (stored === undefined) throw new NotFoundError('connection');
    const credentials = await openCredentials(context, stored);
    await recordEvent(context, {
      action: 'credentials.fetch',
      projectId: stored.projectId,
      connectionId: stored.id,
    });
    markUsed(context.deps, 'connection', stored.id);
    return credentials;
  },
});
