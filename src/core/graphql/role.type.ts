import { Role } from '../../platform/db/generated/enums.ts';
import { builder } from './builder.ts';

export const RoleRef = builder.enumType('Role', {
  description: 'What a credential may do. Each role may all that the one before it may.',
  values: {
    VIEWER: { value: Role.viewer, description: 'Reads, without secrets.' },
    RUNTIME: {
      value: Role.runtime,
      description: 'Fetches credentials, makes and revokes connect tokens.',
    },
    EDITOR: { value: Role.editor, description: 'Creates, changes and deletes connections.' },
    ADMIN: {
      value: Role.admin,
      description: 'Manages keys, projects, apps and requirements, and reads the audit log.',
    },
  },
});
