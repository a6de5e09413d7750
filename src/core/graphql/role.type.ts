import { Role } from '../../platform/db/generated/enums.ts';
import { builder } from './builder.ts';

export const RoleRef = builder.enumType('Role', {
  description:
    'The permissions of a credential. Each role includes the permissions of the previous one: `VIEWER`, `RUNTIME`, `EDITOR`, `ADMIN`.',
  values: {
    VIEWER: {
      value: Role.viewer,
      description: 'Reads connections, projects and apps, without secrets.',
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
