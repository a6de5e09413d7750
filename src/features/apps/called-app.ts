import { reachOf } from '../../core/access/reach.ts';
import type { HostApp, RequestContext } from '../../core/access/request-context.ts';
import { requireMember } from '../../core/access/roles.ts';
import { AppVisibility } from '../../platform/db/generated/enums.ts';
import { InvalidInputError, NotFoundError, UnauthenticatedError } from '../../platform/errors.ts';
import { isUuid } from '../../platform/input.ts';

/**
 * The app that a call is about: the one whose hostname was called, or else the one that is named.
 *
 * @throws InvalidInputError where neither is, UnauthenticatedError, NotFoundError for an app out of
 * the credential's reach.
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
  const reached = await deps.loadVisibleApp({ id, reach: reachOf(requireMember(viewer)) });
  if (reached === undefined) throw new NotFoundError('app');
  return reached;
}
