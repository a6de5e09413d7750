import { builder } from '../../core/graphql/builder.ts';
import { operationFieldWithoutErrors } from '../../core/graphql/operation-field.ts';
import { forwardArgs, pageCost, rowsQuery } from '../../core/graphql/page.ts';
import { perform } from '../../core/operations/perform.ts';
import { UserPage } from './user.type.ts';
import { listUsers } from './users.operations.ts';

builder.queryField('users', (t) =>
  t.field({
    ...operationFieldWithoutErrors(listUsers),
    type: UserPage,
    nullable: true,
    complexity: pageCost,
    args: {
      search: t.arg.string({
        required: false,
        description: 'A part of a name or an email address, in upper or lower case.',
      }),
      ...forwardArgs,
    },
    resolve: (_root, { search, ...page }, context, info) => {
      const selection = rowsQuery(context, info, 'User');
      return perform(listUsers, { ...context, selection }, { search, page });
    },
  }),
);
