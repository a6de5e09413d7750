import { isPerson, type Viewer } from '../../core/access/viewer.ts';
import { builder } from '../../core/graphql/builder.ts';
import { RoleRef } from '../../core/graphql/role.type.ts';
import { OrganizationRef } from '../projects/organization.type.ts';
import { ProjectRef } from '../projects/project.type.ts';
import { UserRef } from './user.type.ts';

const ViewerKindRef = builder.enumType('ViewerKind', {
  description: 'What kind of credential a request carries.',
  values: {
    ACCESS_KEY: { value: 'access_key', description: 'The access key of a program.' },
    PERSONAL_ACCESS_TOKEN: {
      value: 'personal_access_token',
      description: 'A personal access token, for its owner.',
    },
    IDENTITY: { value: 'user', description: "A JWT of the organization's identity provider." },
    CONNECT_TOKEN: {
      value: 'connect_token',
      description: 'A connect token of one end user of one app.',
    },
    ANONYMOUS: { value: 'anonymous', description: 'No credential at all.' },
  } satisfies Record<string, { value: Viewer['kind']; description: string }>,
});

const ViewerRef = builder.objectRef<Viewer>('Viewer').implement({
  description: 'Who is calling.',
  fields: (t) => ({
    kind: t.expose('kind', { type: ViewerKindRef, description: 'What kind of credential it is.' }),
    role: t.field({
      type: RoleRef,
      nullable: true,
      description: "The credential's role; a person's in the organization; null without one.",
      resolve: roleOf,
    }),
    organization: t.prismaField({
      type: OrganizationRef,
      nullable: true,
      description: 'The organization that the credential belongs to.',
      resolve: (query, viewer, _args, { deps }) =>
        viewer.kind === 'access_key' || isPerson(viewer)
          ? deps.db.organization.findUnique({ ...query, where: { id: viewer.organizationId } })
          : null,
    }),
    project: t.prismaField({
      type: ProjectRef,
      nullable: true,
      description:
        'The one project that the credential is bound to; null for any that reaches several.',
      resolve: (query, viewer, _args, { deps }) =>
        viewer.kind === 'access_key' && viewer.projectId !== null
          ? deps.db.project.findUnique({ ...query, where: { id: viewer.projectId } })
          : null,
    }),
    user: t.prismaField({
      type: UserRef,
      nullable: true,
      description: 'The person whose credential it is; null for a program.',
      resolve: (query, viewer, _args, { deps }) =>
        isPerson(viewer)
          ? deps.db.user.findUnique({ ...query, where: { id: viewer.userId } })
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

function roleOf(viewer: Viewer) {
  if (viewer.kind === 'access_key') return viewer.role;
  return isPerson(viewer) ? viewer.organizationRole : null;
}
