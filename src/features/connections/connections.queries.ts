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
} from './connections.service.ts';

const ConnectionFilter = builder.inputType('ConnectionFilter', {
  description: 'Which connections of a project; all conditions must hold.',
  validate: connectionFilter,
  fields: (t) => ({
    type: t.string({ required: false, description: 'Of this type, by its full identifier.' }),
    status: t.field({ type: ConnectionStatusRef, required: false, description: 'Of this status.' }),
    search: t.string({
      required: false,
      description: 'Whose name begins with this, whatever its case.',
    }),
    includeSystem: t.boolean({
      required: false,
      defaultValue: false,
      description: 'System-managed ones as well.',
    }),
  }),
});

builder.queryFields((t) => ({
  connection: t.field({
    ...operationFieldWithoutErrors(readConnection),
    type: ConnectionRef,
    nullable: true,
    args: { id: t.arg.id({ description: 'Its UUID.' }) },
    resolve: (_root, args, context) => perform(readConnection, context, args),
  }),
  connections: t.field({
    ...operationFieldWithoutErrors(listConnections),
    type: ConnectionPage,
    complexity: pageCost,
    args: {
      projectId: t.arg.id({
        required: false,
        description: 'May be left out only with a project-scoped key.',
      }),
      filter: t.arg({ type: ConnectionFilter, required: false, description: 'Only these.' }),
      ...pageArgs,
      page: t.arg.int({
        required: false,
        description:
          'From 1, with `first` and instead of a cursor, for page-number clients: up to row 10,000.',
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
    description: 'Its connections, newest first; at most 100 a page.',
    select: { id: true },
    complexity: pageCost,
    args: {
      ...pageArgs,
      filter: t.arg({ type: ConnectionFilter, required: false, description: 'Only these.' }),
    },
    resolve: ({ id }, { filter, ...page }, context, info) => {
      const withTotal = selectsTotal(info);
      return listProjectConnections(context, { projectId: id, filter, page, withTotal });
    },
  }),
}));
