import { z } from 'zod';
import { projectScopeOf } from '../../core/access/project-scope.ts';
import type { RequestContext } from '../../core/access/request-context.ts';
import { requireMember } from '../../core/access/roles.ts';
import type { MemberViewer } from '../../core/access/viewer.ts';
import { visibleRequirements } from '../../core/access/visibility.ts';
import { hashUserId } from '../../core/audit/audit.service.ts';
import { operation } from '../../core/operations/operation.ts';
import { Role } from '../../platform/db/generated/enums.ts';
import {
  ConflictError,
  ForbiddenError,
  InvalidInputError,
  NotFoundError,
  UpstreamError,
} from '../../platform/errors.ts';
import { isUuid, userId } from '../../platform/input.ts';
import { callService, type ProxiedResponse } from '../connections/call-service.ts';
import { openService } from '../connections/open-service.ts';
import { proxiedInput, requireCaller } from '../connections/proxy-request.operation.ts';
import type { StoredCredentials } from '../connections/stored-credentials.ts';
import { notConnected, requireFulfilled } from './require-fulfilled.ts';

/**
 * Sends a request to the service that an end user connected for a requirement. It fails with ConflictError
 * while there is no such connection, or if it no longer fulfils the requirement.
 */
export const proxyRequirement = operation({
  name: 'proxyRequirement',
  description:
    'Sends a request to the service that an end user connected for a requirement, with the credential that the user gave.',
  role: Role.caller,
  audit: 'connection.proxy',
  input: z.object({ requirementId: z.string(), userId, ...proxiedInput }),
  errors: [InvalidInputError, NotFoundError, ForbiddenError, ConflictError, UpstreamError],
  run: async (context, { method, path, request, ...ofUser }): Promise<ProxiedResponse> => {
    const { appId, stored } = await loadLinked(context, requireMember(context.viewer), ofUser);
    const service = await openService(context, stored);
    const user = await hashUserId(context.deps, appId, ofUser.userId);
    const requireRight = async () => {
      const viewer = await requireCaller(context);
      if (viewer === undefined) return;
      const now = await loadLinked(context, viewer, ofUser);
      if (now.stored.id !== stored.id) throw new NotFoundError('connection');
    };
    return callService(context, {
      stored,
      service,
      method,
      path,
      request: request(),
      requireRight,
      about: { requirement: ofUser.requirementId, user },
    });
  },
});

/** Loads what a user connected for a requirement, by the triple of app, user and requirement. */
async function loadLinked(
  { deps }: RequestContext,
  viewer: MemberViewer,
  { requirementId, userId }: { requirementId: string; userId: string },
): Promise<{ appId: string; stored: StoredCredentials }> {
  const where = { id: requirementId, ...visibleRequirements(viewer) };
  const requirement = isUuid(requirementId)
    ? await deps.db.requirement.findFirst({ where, select: { appId: true } })
    : null;
  if (requirement === null) throw new NotFoundError('requirement');
  const { appId } = requirement;
  const wanted = { requirementId, appId, userId, projectScope: projectScopeOf(viewer) };
  const credential = await deps.loadEndUserCredential(wanted);
  if (credential === undefined) throw new NotFoundError('requirement');
  if (credential.kind === 'pipedream_account') {
    const message = 'is an account at Pipedream, which the proxy cannot use';
    throw new InvalidInputError([{ path: 'requirementId', message }]);
  }
  const { connection: stored } = credential;
  if (stored === null) throw notConnected(credential);
  requireFulfilled(credential, stored, deps);
  return { appId, stored };
}
