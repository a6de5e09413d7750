import type { ConnectionTypes } from '../catalog/type-registry.ts';
import { projectScopeOf } from './project-scope.ts';
import type { RequestContext } from './request-context.ts';

/** Returns the types that the caller may know: a type of one project only if they reach that project. */
export function visibleTypes({
  deps,
  viewer,
  app,
}: Pick<RequestContext, 'deps' | 'viewer' | 'app'>): ConnectionTypes {
  const organizationId = viewer.kind === 'anonymous' ? app?.organizationId : viewer.organizationId;
  const types = deps.connectionTypes.of(organizationId ?? null);
  const isVisible = ({ projectId }: { projectId: string | null }) =>
    projectId === null || reaches({ viewer, app }, projectId);
  return {
    find: (name) => {
      const type = types.find(name);
      return type !== undefined && isVisible(type) ? type : undefined;
    },
    list: () => types.list().filter(isVisible),
  };
}

function reaches(
  { viewer, app }: Pick<RequestContext, 'viewer' | 'app'>,
  projectId: string,
): boolean {
  if (viewer.kind === 'anonymous') return app?.projectId === projectId;
  if (viewer.kind === 'connect_token') return viewer.projectId === projectId;
  const { only, projectIds } = projectScopeOf(viewer);
  return projectIds.includes(projectId) === only;
}
