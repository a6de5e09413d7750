import { requireMember } from '../access/roles.ts';
import { planPage } from '../db/keyset.ts';
import { builder } from '../graphql/builder.ts';
import { forwardArgs, pageCost, rowsQuery } from '../graphql/page.ts';
import { UserPage } from './user.type.ts';

builder.queryField('users', (t) =>
  t.field({
    type: UserPage,
    description: 'The people of the organization, newest first. For its admins.',
    authScopes: { organizationRole: 'admin' },
    complexity: pageCost,
    args: forwardArgs,
    resolve: async (_root, page, context, info) => {
      const { db, config } = context.deps;
      const plan = planPage(page, 'createdAt', config.limits.pageSize);
      const { organizationId } = requireMember(context.viewer);
      const where = { organizationId };
      const query = rowsQuery(context, info, 'User');
      const rows = await db.user.findMany({ ...query, ...plan.range(where) });
      return plan.toPage(rows, () => db.user.count({ where }));
    },
  }),
);
