import { projectScopeOf } from '../../core/access/project-scope.ts';
import type { HostApp, RequestContext } from '../../core/access/request-context.ts';
import { requireMember } from '../../core/access/roles.ts';
import { AppVisibility } from '../../platform/db/generated/enums.ts';
import { InvalidInputError, NotFoundError, UnauthenticatedError } from '../../platform/errors.ts';
import { isUuid } from '../../platform/input.ts';

/**
 * Returns the app of a call: the one on whose hostname it arrived, or else the one that the input names.
 *
 * @throws InvalidInputError if there is neither, UnauthenticatedError, NotFoundError if the credential
 * cannot reach the app.
 */
export async function requireCalledApp(
  context: RequestContext,
  appId: string | null | undefined,
): Promise<HostApp> {
  const { deps, viewer, app } = context;
  if (viewer.kind === 'anonymous') {
    if (app?.visibility !== AppVisibility.public) throw new UnauthenticatedError();
    return app;
  }
  const id = app?.id ?? appId;
  if (id == null) throw new InvalidInputError([{ path: 'appId', message: 'cannot be blank' }]);
  if (!isUuid(id)) throw new NotFoundError('app');
  const reached = await deps.loadVisibleApp({
    id,
    projectScope: projectScopeOf(requireMember(viewer)),
  });
  if (reached === undefined) throw new NotFoundError('app');
  return reached;
}
