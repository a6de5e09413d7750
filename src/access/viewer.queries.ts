import { builder } from '../graphql/builder.ts';
import { OrganizationRef } from '../projects/organization.type.ts';
import { ProjectRef } from '../projects/project.type.ts';
import { RoleRef } from './role.type.ts';
import type { Viewer } from './viewer.ts';

const ViewerRef = builder.objectRef<Viewer>('Viewer').implement({
  description: 'Who is calling.',
  fields: (t) => ({
    kind: t.exposeString('kind', { description: '`access_key`, `connect_token` or `anonymous`.' }),
    role: t.field({
      type: RoleRef,
      nullable: true,
      description: 'The role of the credential; null without one.',
      resolve: (viewer) => (viewer.kind === 'access_key' ? viewer.role : null),
    }),
    organization: t.prismaField({
      type: OrganizationRef,
      nullable: true,
      description: 'The organization that the credential belongs to.',
      resolve: (query, viewer, _args, { deps }) =>
        viewer.kind === 'access_key'
          ? deps.db.organization.findUnique({ ...query, where: { id: viewer.organizationId } })
          : null,
    }),
    project: t.prismaField({
      type: ProjectRef,
      nullable: true,
      description:
        'The one project that the credential is bound to; null for the whole organization.',
      resolve: (query, viewer, _args, { deps }) =>
        viewer.kind === 'access_key' && viewer.projectId !== null
          ? deps.db.project.findUnique({ ...query, where: { id: viewer.projectId } })
          : null,
    }),
    userId: t.string({
      nullable: true,
      description: 'The end user that a connect token speaks for; null for any other credential.',
      resolve: (viewer) => (viewer.kind === 'connect_token' ? viewer.userId : null),
    }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({
    type: ViewerRef,
    description: 'Who is calling, as found by the credential.',
    authScopes: { anyone: true },
    resolve: (_root, _args, { viewer }) => viewer,
  }),
);
