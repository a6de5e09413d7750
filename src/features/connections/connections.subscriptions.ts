import { builder } from '../../core/graphql/builder.ts';
import { ChangeKind } from '../../platform/db/generated/enums.ts';
import { ConnectionRef } from './connection.type.ts';
import { type ConnectionChange, watchConnections } from './watch-connections.service.ts';

const ChangeKindRef = builder.enumType('ChangeKind', {
  description: 'What became of something.',
  values: {
    CREATED: { value: ChangeKind.created, description: 'It was made.' },
    UPDATED: {
      value: ChangeKind.updated,
      description: 'It was changed, or its status was set: by a consent, or because it ended.',
    },
    DELETED: { value: ChangeKind.deleted, description: 'It is no more.' },
  },
});

const ConnectionChangeRef = builder.objectRef<ConnectionChange>('ConnectionChange').implement({
  description: 'A committed change of a connection.',
  fields: (t) => ({
    kind: t.expose('kind', { type: ChangeKindRef, description: 'What became of it.' }),
    connectionId: t.exposeID('id', {
      description: "The connection's id, even when it was deleted.",
    }),
    connection: t.expose('connection', {
      type: ConnectionRef,
      nullable: true,
      description: 'As it is when the event is sent; null when it was deleted.',
    }),
  }),
});

builder.subscriptionField('connectionChanged', (t) =>
  t.field({
    type: ConnectionChangeRef,
    description:
      'One event per committed change of a project’s connections, from whichever process made it.',
    authScopes: { role: 'viewer' },
    args: {
      projectId: t.arg.id({ description: 'Of this project.' }),
      id: t.arg.id({ required: false, description: 'Of this connection alone.' }),
    },
    subscribe: (_root, wanted, context) => watchConnections(context, wanted),
    resolve: (change) => change,
  }),
);
