import { z } from 'zod';
import { limitToRole, projectScopeOf } from '../../core/access/project-scope.ts';
import type { RequestContext } from '../../core/access/request-context.ts';
import { requireMember, requireRole } from '../../core/access/roles.ts';
import { isPerson, type MemberViewer } from '../../core/access/viewer.ts';
import { operation } from '../../core/operations/operation.ts';
import { findProxyTargetProblem } from '../../core/proxy/proxy-target.ts';
import { Role } from '../../platform/db/generated/enums.ts';
import {
  ConflictError,
  ForbiddenError,
  InvalidInputError,
  NotFoundError,
  UpstreamError,
} from '../../platform/errors.ts';
import { isUuid } from '../../platform/input.ts';
import { callService, type ProxiedRequest, type ProxiedResponse } from './call-service.ts';
import { openService } from './open-service.ts';
import type { StoredCredentials } from './stored-credentials.ts';

/** What a request through the proxy asks for, after the id of the connection. */
export const proxiedInput = {
  method: z.string(),
  /** Path and query below the base URL, as the caller sent them. */
  path: z.string().superRefine((path, context) => {
    const message = findProxyTargetProblem(path);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  }),
  /** A function, so that nothing looks for ids or for text in headers and bodies. */
  request: z.custom<() => ProxiedRequest>((value) => typeof value === 'function'),
};

/**
 * Sends a request to the service of a connection, with the credential put in. The caller never sees the
 * credential.
 */
export const proxyRequest = operation({
  name: 'proxyRequest',
  description:
    'Sends a request to the service of a connection with its credential, which the caller never sees.',
  role: Role.caller,
  audit: 'connection.proxy',
  connection: 'id',
  input: z.object({ id: z.string(), ...proxiedInput }),
  errors: [InvalidInputError, NotFoundError, ForbiddenError, ConflictError, UpstreamError],
  run: async (context, { id, method, path, request }): Promise<ProxiedResponse> => {
    const stored = await loadProxied(context, requireMember(context.viewer), id);
    const service = await openService(context, stored);
    const requireRight = async () => {
      const viewer = await requireCaller(context);
      if (viewer !== undefined) await loadProxied(context, viewer, id);
    };
    return callService(context, {
      stored,
      service,
      method,
      path,
      request: request(),
      requireRight,
    });
  },
});

/**
 * Looks up the caller again, who must still have the role, and limits them as `perform` does; undefined if the
 * response does not last.
 */
export async function requireCaller({
  lasting,
}: RequestContext): Promise<MemberViewer | undefined> {
  const viewer = await lasting?.authenticate();
  if (viewer === undefined) return undefined;
  const member = requireRole(viewer, Role.caller);
  return isPerson(member) ? limitToRole(member, Role.caller) : member;
}

async function loadProxied(
  { deps }: RequestContext,
  viewer: MemberViewer,
  id: string,
): Promise<StoredCredentials> {
  const wanted = { id, projectScope: projectScopeOf(viewer) };
  const stored = isUuid(id) ? await deps.loadCredentials(wanted) : undefined;
  if (stored === undefined) throw new NotFoundError('connection');
  return stored;
}
