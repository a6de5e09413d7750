import { z } from 'zod';
import { visibleTypes } from '../../core/access/visible-types.ts';
import type { ConnectionType } from '../../core/catalog/catalog.ts';
import { operation } from '../../core/operations/operation.ts';
import { foldCase, orBlank, searchText } from '../../platform/input.ts';
import { requireVisibleProject } from '../projects/require-project.ts';

/** Lists the types that the caller can see: with a project, those that it can use. */
export const listConnectionTypes = operation({
  name: 'connectionTypes',
  description:
    'Lists the types of connections that match all given arguments: the shipped types, and the custom types that the caller can see.',
  role: 'credential',
  audit: undefined,
  input: z.object({
    projectId: z.string().nullish(),
    category: z.string().nullish(),
    search: orBlank(searchText),
  }),
  errors: [],
  run: async (context, { projectId: givenProject, category, search }) => {
    const projectId =
      givenProject == null ? undefined : await requireVisibleProject(context, givenProject);
    const part = foldCase(search ?? '');
    return visibleTypes(context)
      .list()
      .filter(
        (type) =>
          (projectId === undefined || isOfProject(type, projectId)) &&
          (category == null || type.category === category) &&
          [type.label, type.type].some((text) => foldCase(text).includes(part)),
      );
  },
});

/** Reads a type. It returns null if the type does not exist or the caller cannot see it. */
export const readConnectionType = operation({
  name: 'connectionType',
  description:
    'Finds a type of connection. It returns null if no type that the caller can see has this identifier.',
  role: 'credential',
  audit: undefined,
  input: z.object({ type: z.string() }),
  errors: [],
  run: async (context, { type }) => visibleTypes(context).find(type) ?? null,
});

function isOfProject({ projectId }: ConnectionType, wanted: string): boolean {
  return projectId === null || projectId === wanted;
}
