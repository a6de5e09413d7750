import { roleIn } from '../../core/access/project-scope.ts';
import { requireMember } from '../../core/access/roles.ts';
import { isPerson } from '../../core/access/viewer.ts';
import { visibleProjects } from '../../core/access/visibility.ts';
import { builder } from '../../core/graphql/builder.ts';
import { definePage, forwardArgs, pageCost, rowsQuery } from '../../core/graphql/page.ts';
import { NodeRef, RoleRef } from '../../core/graphql/shared.types.ts';
import { planPage } from '../../platform/db/keyset.ts';

export const ProjectRef = builder.prismaObject('Project', {
  interfaces: [NodeRef],
  description: 'A container for connections and apps, with members and access keys of its own.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The UUID of the project.' }),
    name: t.exposeString('name', {
      description: 'The name of the project, unique in its organization.',
    }),
    organization: t.relation('organization', {
      description: 'The organization to which the project belongs.',
    }),
    viewerRole: t.field({
      type: RoleRef,
      nullable: true,
      description:
        'The role of the caller in this project, so that a front end knows which buttons to show.',
      select: { id: true },
      resolve: ({ id }, _args, { viewer }) => {
        if (viewer.kind === 'access_key') return viewer.role;
        return isPerson(viewer) ? roleIn(viewer, id) : null;
      },
    }),
    redirectUrls: t.expose('redirectUrls', {
      type: ['URL'],
      description:
        'The addresses to which the browser can go after a consent. They must match exactly.',
    }),
  }),
});

const ProjectPage = definePage('Project', ProjectRef);

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
