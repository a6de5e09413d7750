import { projectScopeOf } from '../../core/access/project-scope.ts';
import type { HostApp, RequestContext } from '../../core/access/request-context.ts';
import { requireMember } from '../../core/access/roles.ts';
import { AppVisibility } from '../../platform/db/generated/enums.ts';
import { InvalidInputError, NotFoundError, UnauthenticatedError } from '../../platform/errors.ts';
import { isUuid } from '../../platform/input.ts';

/**
 * Returns the app of a call: the app on whose hostname the call arrived, or else the app that the input
 * names. A caller without a credential can use only a public app, on its own hostname.
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
