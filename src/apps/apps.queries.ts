import { requireMember } from '../access/roles.ts';
import { visibleApps } from '../access/visibility.ts';
import { planPage } from '../db/keyset.ts';
import { InvalidInputError } from '../errors.ts';
import { builder } from '../graphql/builder.ts';
import { forwardArgs, pageCost, rowsQuery } from '../graphql/page.ts';
import { normalizeHost } from '../host-name.ts';
import { isUuid } from '../input.ts';
import { ProjectRef } from '../projects/project.type.ts';
import { AppPage, AppRef } from './app.type.ts';

builder.queryField('app', (t) =>
  t.prismaField({
    type: AppRef,
    nullable: true,
    description: 'One app, by its id or its hostname; null when there is none within reach.',
    authScopes: { role: 'viewer' },
    args: {
      id: t.arg.id({ required: false, description: 'Its UUID.' }),
      hostname: t.arg.string({
        required: false,
        description: 'Its hostname, in any spelling, with or without a port.',
      }),
    },
    resolve: (query, _root, { id, hostname }, { deps, viewer }) => {
      if (id == null && hostname == null) {
        throw new InvalidInputError([{ path: 'id', message: 'or hostname must be given' }]);
      }
      const host = hostname == null ? undefined : (normalizeHost(hostname) ?? null);
      if ((id != null && !isUuid(id)) || host === null) return null;
      const wanted = { ...(id != null && { id }), ...(host !== undefined && { hostname: host }) };
      const where = { AND: [wanted, visibleApps(requireMember(viewer))] };
      return deps.db.app.findFirst({ ...query, where });
    },
  }),
);

builder.prismaObjectFields(ProjectRef, (t) => ({
  apps: t.field({
    type: AppPage,
    description: 'Its apps, newest first; at most 100 a page.',
    select: { id: true },
    complexity: pageCost,
    args: forwardArgs,
    resolve: async ({ id }, args, context, info) => {
      const { db, config } = context.deps;
      const plan = planPage(args, 'createdAt', config.limits.pageSize);
      const where = { AND: [{ projectId: id }, visibleApps(requireMember(context.viewer))] };
      const query = rowsQuery(context, info, 'App');
      const rows = await db.app.findMany({ ...query, ...plan.range(where) });
      return plan.toPage(rows, () => db.app.count({ where }));
    },
  }),
}));
