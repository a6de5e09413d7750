import { builder } from '../../core/graphql/builder.ts';
import { operationFieldWithoutErrors } from '../../core/graphql/operation-field.ts';
import { perform } from '../../core/operations/perform.ts';
import { ChangeKind } from '../../platform/db/generated/enums.ts';
import { ConnectionRef } from './connection.type.ts';
import { type ConnectionChange, watchConnections } from './connections.operations.ts';

const ChangeKindRef = builder.enumType('ChangeKind', {
  description: 'The kind of change that happened to a connection.',
  values: {
    CREATED: { value: ChangeKind.created, description: 'The connection was created.' },
    UPDATED: {
      value: ChangeKind.updated,
      description:
        'The connection was changed, or its status changed because of a consent or because its grant ended.',
    },
    DELETED: { value: ChangeKind.deleted, description: 'The connection was deleted.' },
  },
});

const ConnectionChangeRef = builder.objectRef<ConnectionChange>('ConnectionChange').implement({
  description: 'A change of a connection whose transaction is committed.',
  fields: (t) => ({
    kind: t.expose('kind', {
      type: ChangeKindRef,
      description: 'The kind of change that happened.',
    }),
    connectionId: t.exposeID('id', {
      description: 'The id of the connection, even if it was deleted.',
    }),
    connection: t.expose('connection', {
      type: ConnectionRef,
      nullable: true,
      description: 'The connection in its state when the event is sent; null if it was deleted.',
    }),
  }),
});

builder.subscriptionField('connectionChanged', (t) =>
  t.field({
    ...operationFieldWithoutErrors(watchConnections),
    type: ConnectionChangeRef,
    args: {
      projectId: t.arg.id({ description: 'The id of the project to watch.' }),
      id: t.arg.id({
        required: false,
        description:
          'The id of the one connection to watch; all of the project if you leave it out.',
      }),
    },
    subscribe: (_root, args, context) => perform(watchConnections, context, args),
    resolve: (change) => change,
  }),
);
