import { requireMember } from '../access/roles.ts';
import { visibleAccessKeys, visibleProjects } from '../access/visibility.ts';
import { AccessKeyPage } from '../access-keys/access-key.type.ts';
import { gather } from '../db/gather.ts';
import { type PageArgs, planPage } from '../db/keyset.ts';
import { builder } from '../graphql/builder.ts';
import type { Context } from '../graphql/context.ts';
import { forwardArgs, pageCost, rowsQuery } from '../graphql/page.ts';
import { perField } from '../graphql/per-field.ts';
import { ProjectPage } from './project.type.ts';

export const OrganizationRef = builder.prismaObject('Organization', {
  description: 'Who projects, keys and people belong to.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'A UUID.' }),
    name: t.exposeString('name', { description: 'Its name for people.' }),
    projects: t.field({
      type: ProjectPage,
      description: 'Its projects within reach of the credential, newest first.',
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
    accessKeys: t.field({
      type: AccessKeyPage,
      nullable: true,
      description: 'The keys of the whole organization, newest first. For its admins.',
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
  }),
});

/** All parents are the one organization of the caller, so they share the page. */
function keysOfOrganization(args: PageArgs, { deps, viewer }: Context, query: object) {
  const { db, config } = deps;
  const plan = planPage(args, 'createdAt', config.limits.pageSize);
  return gather(async (ids: readonly string[]) => {
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

function once<Result>(make: () => Result): () => Result {
  let made: { result: Result } | undefined;
  return () => {
    made ??= { result: make() };
    return made.result;
  };
}
