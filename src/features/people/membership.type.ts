import { builder } from '../../core/graphql/builder.ts';
import type { Context } from '../../core/graphql/context.ts';
import { definePage, forwardArgs, pageCost, rowsQuery } from '../../core/graphql/page.ts';
import { perField } from '../../core/graphql/per-field.ts';
import { RoleRef } from '../../core/graphql/shared.types.ts';
import { type PageArgs, planPage } from '../../platform/db/keyset.ts';
import { listOfProjects } from '../projects/list-of-projects.ts';
import { ProjectRef } from '../projects/project.type.ts';

const MembershipRef = builder.prismaObject('Membership', {
  description: 'The role that a person has in one project.',
  fields: (t) => ({
    user: t.relation('user', { description: 'The person who has this role.' }),
    project: t.relation('project', {
      description: 'The project in which the person has this role.',
    }),
    role: t.expose('role', {
      type: RoleRef,
      description: 'The role in this project. It replaces the role in the organization.',
    }),
  }),
});

const MembershipPage = definePage('Membership', MembershipRef);

builder.prismaObjectFields(ProjectRef, (t) => ({
  members: t.field({
    type: MembershipPage,
    nullable: true,
    description:
      'The people who have a role of their own in this project, newest first. Only admins of the project can see them.',
    select: { id: true },
    authScopes: ({ id }) => ({ roleIn: { projectId: id, role: 'admin' } }),
    complexity: pageCost,
    args: forwardArgs,
    resolve: ({ id }, args, context, info) => {
      // For each parent: it also notes what of its rows was loaded.
      const query = rowsQuery(context, info, 'Membership', selected);
      return perField(context, info, () => membersOfProjects(args, context, query))(id);
    },
  }),
}));

/** The columns for cursors. A membership has no time of its own, so it uses that of the user. */
const selected = { userId: true, user: { select: { createdAt: true } } } as const;

/** The columns that {@link selected} adds to every row. */
type SelectedMembership = { userId: string; user: { createdAt: Date } };

/** Lists the members of many projects. All projects of one request share the statements. */
function membersOfProjects(args: PageArgs, context: Context, query: object) {
  const { db, config } = context.deps;
  const plan = planPage(args, 'createdAt', config.limits.pageSize);
  const { where, orderBy, take, skip } = plan.range({});
  const memberships = {
    ...query,
    where: { user: where },
    orderBy: orderBy.map((user) => ({ user })),
    take,
    skip,
  };
  return listOfProjects({
    plan,
    load: async (ids) => {
      const found = await db.project.findMany({
        where: { id: { in: ids } },
        select: { id: true, memberships },
        relationLoadStrategy: 'join',
      });
      return found.map(({ id, memberships: rows }) => ({ id, rows: rows.map(withCursor) }));
    },
    count: async (ids) => {
      const rows = await db.membership.groupBy({
        by: 'projectId',
        where: { projectId: { in: ids } },
        _count: true,
      });
      return rows.map(({ projectId, _count }) => ({ id: projectId, count: _count }));
    },
  });
}

/** Adds the id and the time that a cursor needs. They are those of the user. */
function withCursor<Row extends { userId: string }>(row: Row) {
  const { userId: id, user } = row as Row & SelectedMembership; // the query selects them
  return { ...row, id, createdAt: user.createdAt };
}
