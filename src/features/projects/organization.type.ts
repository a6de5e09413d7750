import { requireMember } from '../../core/access/roles.ts';
import { visibleProjects } from '../../core/access/visibility.ts';
import { builder } from '../../core/graphql/builder.ts';
import { forwardArgs, pageCost, rowsQuery } from '../../core/graphql/page.ts';
import { planPage } from '../../platform/db/keyset.ts';
import { ProjectPage } from './project.type.ts';

export const OrganizationRef = builder.prismaObject('Organization', {
  description: 'The owner of projects, users and access keys.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The UUID of the organization.' }),
    name: t.exposeString('name', { description: 'The name of the organization, for people.' }),
    projects: t.field({
      type: ProjectPage,
      description: 'The projects of the organization that the caller can reach, newest first.',
      complexity: pageCost,
      args: forwardArgs,
      resolve: async (_organization, args, context, info) => {
        const { db, config } = context.deps;
        const plan = planPage(args, 'createdAt', config.limits.pageSize);
        const where = visibleProjects(requireMember(context.viewer));
        const query = rowsQuery(context, info, 'Project');
        const rows = await db.project.findMany({ ...query, ...plan.range(where) });
        return plan.toPage(rows, () => db.project.count({ where }));
      },
    }),
  }),
});
