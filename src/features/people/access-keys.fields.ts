import { requireMember } from '../../core/access/roles.ts';
import { visibleAccessKeys } from '../../core/access/visibility.ts';
import { builder } from '../../core/graphql/builder.ts';
import type { Context } from '../../core/graphql/context.ts';
import { forwardArgs, pageCost, rowsQuery } from '../../core/graphql/page.ts';
import { perField } from '../../core/graphql/per-field.ts';
import { batch } from '../../platform/db/batch.ts';
import { type PageArgs, planPage } from '../../platform/db/keyset.ts';
import { listOfProjects } from '../projects/list-of-projects.ts';
import { OrganizationRef, ProjectRef } from '../projects/project.type.ts';
import { AccessKeyPage } from './access-key.type.ts';

builder.prismaObjectFields(ProjectRef, (t) => ({
  accessKeys: t.field({
    type: AccessKeyPage,
    nullable: true,
    description:
      'The access keys of this project, newest first. Only admins of the project can see them.',
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
}));

builder.prismaObjectFields(OrganizationRef, (t) => ({
  accessKeys: t.field({
    type: AccessKeyPage,
    nullable: true,
    description:
      'The access keys of the whole organization, newest first. Only its admins can see them.',
    select: { id: true },
    authScopes: { organizationRole: 'admin' },
    complexity: pageCost,
    args: forwardArgs,
    resolve: async ({ id }, args, context, info) => {
      // For each parent: it also notes what of its rows was loaded.
      const query = rowsQuery(context, info, 'AccessKey');
      return perField(context, info, () => keysOfOrganization(args, context, query))(id);
    },
  }),
}));

/** Lists the keys of many projects. All projects of one request share the statements. */
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

/** All parents are the one organization of the caller, so they share the page. */
function keysOfOrganization(args: PageArgs, { deps, viewer }: Context, query: object) {
  const { db, config } = deps;
  const plan = planPage(args, 'createdAt', config.limits.pageSize);
  return batch(async (ids: readonly string[]) => {
    const bound = { organizationId: { in: [...ids] }, projectId: null, revokedAt: null };
    const where = { AND: [bound, visibleAccessKeys(requireMember(viewer))] };
    const rows = await db.accessKey.findMany({ ...query, ...plan.range(where) });
    const page = plan.toPage(
      rows,
      once(() => db.accessKey.count({ where })),
    );
    return ids.map(() => page);
  });
}

/** Returns a function that calls `make` at most once: all parents share the one count. */
function once<Result>(make: () => Result): () => Result {
  let made: { result: Result } | undefined;
  return () => {
    made ??= { result: make() };
    return made.result;
  };
}
