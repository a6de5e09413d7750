import { requireMember } from '../../core/access/roles.ts';
import { visibleApps } from '../../core/access/visibility.ts';
import { builder } from '../../core/graphql/builder.ts';
import type { Context } from '../../core/graphql/context.ts';
import { operationFieldWithoutErrors } from '../../core/graphql/operation-field.ts';
import { forwardArgs, pageCost, rowsQuery } from '../../core/graphql/page.ts';
import { perField } from '../../core/graphql/per-field.ts';
import { perform } from '../../core/operations/perform.ts';
import { type PageArgs, planPage } from '../../platform/db/keyset.ts';
import { listOfProjects } from '../projects/list-of-projects.ts';
import { ProjectRef } from '../projects/project.type.ts';
import { AppPage, AppRef } from './app.type.ts';
import { readApp } from './apps.operations.ts';

builder.queryField('app', (t) =>
  t.prismaField({
    ...operationFieldWithoutErrors(readApp),
    type: AppRef,
    nullable: true,
    args: {
      id: t.arg.id({
        required: false,
        description: 'The UUID of the app. Give either this or `hostname`.',
      }),
      hostname: t.arg.string({
        required: false,
        description: 'The hostname of the app, in any spelling, with or without a port.',
      }),
    },
    resolve: (query, _root, args, context) =>
      perform(readApp, { ...context, selection: query }, args),
  }),
);

builder.prismaObjectFields(ProjectRef, (t) => ({
  apps: t.field({
    type: AppPage,
    description: 'The apps of the project, newest first, at most 100 per page.',
    select: { id: true },
    complexity: pageCost,
    args: forwardArgs,
    resolve: ({ id }, args, context, info) => {
      // Runs for each parent, because it also tells the parent's fields which columns are loaded.
      const query = rowsQuery(context, info, 'App');
      return perField(context, info, () => appsOfProjects(args, context, query))(id);
    },
  }),
}));

/** Lists the apps of many projects. All projects of one request share the statements. */
function appsOfProjects(args: PageArgs, context: Context, query: object) {
  const { db, config } = context.deps;
  const plan = planPage(args, 'createdAt', config.limits.pageSize);
  const mine = visibleApps(requireMember(context.viewer));
  const apps = { ...query, ...plan.range(mine) };
  return listOfProjects({
    plan,
    load: async (ids) => {
      const where = { id: { in: ids } };
      const select = { id: true, apps };
      const found = await db.project.findMany({ where, select, relationLoadStrategy: 'join' });
      return found.map((project) => ({ id: project.id, rows: project.apps }));
    },
    count: async (ids) => {
      const where = { AND: [mine, { projectId: { in: ids } }] };
      const found = await db.app.groupBy({ by: 'projectId', where, _count: true });
      return found.map(({ projectId, _count }) => ({ id: projectId, count: _count }));
    },
  });
}
