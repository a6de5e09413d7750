import { builder } from '../../core/graphql/builder.ts';
import { operationFieldWithoutErrors } from '../../core/graphql/operation-field.ts';
import { pageArgs, pageCost, selectsTotal } from '../../core/graphql/page.ts';
import { perform } from '../../core/operations/perform.ts';
import { ProjectRef } from '../projects/project.type.ts';
import { ConnectionPage, ConnectionRef, ConnectionStatusRef } from './connection.type.ts';
import {
  connectionFilter,
  listConnections,
  listProjectConnections,
  readConnection,
} from './connections.operations.ts';
import { VerificationVerdictRef } from './verification.type.ts';

const ConnectionFilter = builder.inputType('ConnectionFilter', {
  description: 'The conditions that a connection must meet, all of them at once.',
  validate: connectionFilter,
  fields: (t) => ({
    type: t.string({ required: false, description: 'The full identifier of the connection type.' }),
    status: t.field({
      type: ConnectionStatusRef,
      required: false,
      description: 'The status that the connections have.',
    }),
    search: t.string({
      required: false,
      description: 'The beginning of the name, in upper or lower case.',
    }),
    verdict: t.field({
      type: VerificationVerdictRef,
      required: false,
      description: 'The verdict of the last verification.',
    }),
    includeSystem: t.boolean({
      required: false,
      defaultValue: false,
      description: 'Whether to include the connections that the server itself manages.',
    }),
  }),
});

builder.queryFields((t) => ({
  connection: t.field({
    ...operationFieldWithoutErrors(readConnection),
    type: ConnectionRef,
    nullable: true,
    args: { id: t.arg.id({ description: 'The UUID of the connection.' }) },
    resolve: (_root, args, context) => perform(readConnection, context, args),
  }),
  connections: t.field({
    ...operationFieldWithoutErrors(listConnections),
    type: ConnectionPage,
    complexity: pageCost,
    args: {
      projectId: t.arg.id({
        required: false,
        description:
          'The id of the project. It is required unless the access key belongs to one project.',
      }),
      filter: t.arg({
        type: ConnectionFilter,
        required: false,
        description: 'The conditions that the connections must meet.',
      }),
      ...pageArgs,
      page: t.arg.int({
        required: false,
        description:
          'The page number, from 1, for clients that do not use cursors. It works with `first` and reaches the first 10,000 items.',
      }),
    },
    resolve: (_root, { projectId, filter, ...page }, context, info) => {
      const withTotal = selectsTotal(info);
      return perform(listConnections, context, { projectId, filter, page, withTotal });
    },
  }),
}));

builder.prismaObjectFields(ProjectRef, (t) => ({
  connections: t.field({
    type: ConnectionPage,
    description: 'The connections of the project, newest first, at most 100 per page.',
    select: { id: true },
    complexity: pageCost,
    args: {
      ...pageArgs,
      filter: t.arg({
        type: ConnectionFilter,
        required: false,
        description: 'The conditions that the connections must meet.',
      }),
    },
    resolve: ({ id }, { filter, ...page }, context, info) => {
      const withTotal = selectsTotal(info);
      return listProjectConnections(context, { projectId: id, filter, page, withTotal });
    },
  }),
}));
