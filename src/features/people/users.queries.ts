import { z } from 'zod';
import { requireMember } from '../../core/access/roles.ts';
import { builder } from '../../core/graphql/builder.ts';
import { forwardArgs, pageCost, rowsQuery } from '../../core/graphql/page.ts';
import type { Prisma } from '../../platform/db/generated/client.ts';
import { planPage } from '../../platform/db/keyset.ts';
import { InvalidInputError } from '../../platform/errors.ts';
import { foldCase } from '../../platform/fold-case.ts';
import { fieldIssues, orBlank, searchedName } from '../../platform/input.ts';
import { UserPage } from './user.type.ts';

const searchArgs = z.object({ search: orBlank(searchedName) });

builder.queryField('users', (t) =>
  t.field({
    type: UserPage,
    nullable: true,
    description:
      'Lists the people of the organization, newest first. Only its admins can see them.',
    authScopes: { organizationRole: 'admin' },
    complexity: pageCost,
    args: {
      search: t.arg.string({
        required: false,
        description: 'A part of a name or an email address, in upper or lower case.',
      }),
      ...forwardArgs,
    },
    resolve: async (_root, { search, ...page }, context, info) => {
      const parsed = searchArgs.safeParse({ search });
      if (!parsed.success) throw new InvalidInputError(fieldIssues(parsed.error.issues));
      const { db, config } = context.deps;
      const plan = planPage(page, 'createdAt', config.limits.pageSize);
      const { organizationId } = requireMember(context.viewer);
      const where = { organizationId, ...matching(parsed.data.search) };
      const query = rowsQuery(context, info, 'User');
      const rows = await db.user.findMany({ ...query, ...plan.range(where) });
      return plan.toPage(rows, () => db.user.count({ where }));
    },
  }),
);

function matching(search: string | null | undefined) {
  if (!search) return {};
  // `_`, `%` and `\\` would be wildcards of LIKE.
  const part = (text: string) => text.replace(/[\\%_]/g, '\\$&');
  return {
    OR: [
      { name: { contains: part(search), mode: 'insensitive' } },
      { emailFolded: { contains: part(foldCase(search)) } },
    ],
  } satisfies Prisma.UserWhereInput;
}
