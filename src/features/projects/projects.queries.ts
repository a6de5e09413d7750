import { requireMember } from '../../core/access/roles.ts';
import { visibleProjects } from '../../core/access/visibility.ts';
import { builder } from '../../core/graphql/builder.ts';
import { isUuid } from '../../platform/input.ts';
import { ProjectRef } from './project.type.ts';

builder.queryField('project', (t) =>
  t.prismaField({
    type: ProjectRef,
    nullable: true,
    description:
      'Finds a project by its id. It returns null if the project does not exist or the caller cannot reach it.',
    authScopes: { role: 'viewer' },
    args: { id: t.arg.id({ description: 'The UUID of the project.' }) },
    resolve: (query, _root, { id }, { deps, viewer }) => {
      if (!isUuid(id)) return null;
      const where = { AND: [{ id }, visibleProjects(requireMember(viewer))] };
      return deps.db.project.findFirst({ ...query, where });
    },
  }),
);
