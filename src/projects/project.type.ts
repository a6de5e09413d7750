import { requireMember } from '../access/roles.ts';
import { visibleAccessKeys } from '../access/visibility.ts';
import { AccessKeyPage } from '../access-keys/access-key.type.ts';
import { planPage } from '../db/keyset.ts';
import { builder } from '../graphql/builder.ts';
import { definePage, forwardArgs, pageCost, rowsQuery } from '../graphql/page.ts';

export const ProjectRef = builder.prismaObject('Project', {
  description: 'What connections belong to, and the reach of a project-scoped key.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'A UUID.' }),
    name: t.exposeString('name', { description: 'Unique in its organization.' }),
    organization: t.relation('organization', { description: 'Who it belongs to.' }),
    accessKeys: t.field({
      type: AccessKeyPage,
      description: 'The keys bound to this project, newest first. For admins.',
      select: { id: true },
      authScopes: { role: 'admin' },
      complexity: pageCost,
      args: forwardArgs,
      resolve: async ({ id }, args, context, info) => {
        const { db, config } = context.deps;
        const plan = planPage(args, 'createdAt', config.limits.pageSize);
        const mine = visibleAccessKeys(requireMember(context.viewer));
        const where = { AND: [{ projectId: id, revokedAt: null }, mine] };
        const query = rowsQuery(context, info, 'AccessKey');
        const rows = await db.accessKey.findMany({ ...query, ...plan.range(where) });
        return plan.toPage(rows, () => db.accessKey.count({ where }));
      },
    }),
    redirectUrls: t.expose('redirectUrls', {
      type: ['URL'],
      description: 'Where a consent may send the browser afterwards, matched exactly.',
    }),
  }),
});

export const ProjectPage = definePage('Project', ProjectRef);
