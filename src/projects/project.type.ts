import { roleIn } from '../access/reach.ts';
import { RoleRef } from '../access/role.type.ts';
import { requireMember } from '../access/roles.ts';
import { isPerson } from '../access/viewer.ts';
import { visibleAccessKeys } from '../access/visibility.ts';
import { AccessKeyPage } from '../access-keys/access-key.type.ts';
import { type PageArgs, planPage } from '../db/keyset.ts';
import { builder } from '../graphql/builder.ts';
import type { Context } from '../graphql/context.ts';
import { NodeRef } from '../graphql/node.type.ts';
import { definePage, forwardArgs, pageCost, rowsQuery } from '../graphql/page.ts';
import { perField } from '../graphql/per-field.ts';
import { listOfProjects } from './list-of-projects.ts';

export const ProjectRef = builder.prismaObject('Project', {
  interfaces: [NodeRef],
  description: 'What connections belong to, and the reach of a project-scoped key.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'A UUID.' }),
    name: t.exposeString('name', { description: 'Unique in its organization.' }),
    organization: t.relation('organization', { description: 'Who it belongs to.' }),
    accessKeys: t.field({
      type: AccessKeyPage,
      nullable: true,
      description: 'The keys bound to this project, newest first. For admins.',
      select: { id: true },
      authScopes: ({ id }) => ({ roleIn: { projectId: id, role: 'admin' } }),
      complexity: pageCost,
      args: forwardArgs,
      resolve: ({ id }, args, context, info) => {
        // For each parent: it also notes what of its rows was loaded.
        const query = rowsQuery(context, info, 'AccessKey');
        return perField(context, info, () => keysOfProjects(args, context, query))(id);
      },
    }),
    viewerRole: t.field({
      type: RoleRef,
      nullable: true,
      description: "The caller's role in this project: it tells a front end which buttons to show.",
      select: { id: true },
      resolve: ({ id }, _args, { viewer }) => {
        if (viewer.kind === 'access_key') return viewer.role;
        return isPerson(viewer) ? roleIn(viewer, id) : null;
      },
    }),
    redirectUrls: t.expose('redirectUrls', {
      type: ['URL'],
      description: 'Where a consent may send the browser afterwards, matched exactly.',
    }),
  }),
});

export const ProjectPage = definePage('Project', ProjectRef);

function keysOfProjects(args: PageArgs, context: Context, query: object) {
  const { db, config } = context.deps;
  const plan = planPage(args, 'createdAt', config.limits.pageSize);
  const mine = { revokedAt: null, ...visibleAccessKeys(requireMember(context.viewer)) };
  const accessKeys = { ...query, ...plan.range(mine) };
  return listOfProjects({
    plan,
    load: async (ids) => {
      const where = { id: { in: ids } };
      const select = { id: true, accessKeys };
      const found = await db.project.findMany({ where, select, relationLoadStrategy: 'join' });
      return found.map((project) => ({ id: project.id, rows: project.accessKeys }));
    },
    count: async (ids) => {
      const where = { AND: [mine, { projectId: { in: ids } }] };
      const found = await db.accessKey.groupBy({ by: 'projectId', where, _count: true });
      return found.map(({ projectId, _count }) => ({ id: projectId, count: _count }));
    },
  });
}
