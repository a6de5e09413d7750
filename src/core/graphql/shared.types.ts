import { Role } from '../../platform/db/generated/enums.ts';
import { builder } from './builder.ts';

/** A row that `node` finds, with the name of its type. */
export type Node = { id: string; __typename?: string };

/**
 * The interface of the Relay specification for records that a client can load again by their id.
 */
export const NodeRef = builder.interfaceRef<Node>('Node').implement({
  description: 'A record that the query `node` finds by its id.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The UUID of the record, unique among all nodes.' }),
  }),
  resolveType: ({ __typename }) => __typename,
});

export const RoleRef = builder.enumType('Role', {
  description:
    'The permissions of a credential. Each role includes the permissions of the previous one: `VIEWER`, `CALLER`, `RUNTIME`, `EDITOR`, `ADMIN`.',
  values: {
    VIEWER: {
      value: Role.viewer,
      description: 'Reads connections, projects and apps, without secrets.',
    },
    CALLER: {
      value: Role.caller,
      description: 'Sends requests with a connection and verifies it, and never sees a secret.',
    },
    RUNTIME: {
      value: Role.runtime,
      description: 'Fetches credentials, and creates and revokes connect tokens.',
    },
    EDITOR: {
      value: Role.editor,
      description: 'Creates, changes, deletes, authorizes and refreshes connections.',
    },
    ADMIN: {
      value: Role.admin,
      description: 'Manages access keys, projects, apps and requirements, and reads the audit log.',
    },
  },
});
