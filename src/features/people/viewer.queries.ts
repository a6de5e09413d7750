import { z } from 'zod';
import { isPerson, type Viewer } from '../../core/access/viewer.ts';
import { builder } from '../../core/graphql/builder.ts';
import { operationFieldWithoutErrors } from '../../core/graphql/operation-field.ts';
import { RoleRef } from '../../core/graphql/shared.types.ts';
import { operation } from '../../core/operations/operation.ts';
import { perform } from '../../core/operations/perform.ts';
import { OrganizationRef, ProjectRef } from '../projects/project.type.ts';
import { UserRef } from './user.type.ts';

const ViewerKindRef = builder.enumType('ViewerKind', {
  description: 'The kind of credential that a request carries.',
  values: {
    ACCESS_KEY: { value: 'access_key', description: 'An access key of a program.' },
    PERSONAL_ACCESS_TOKEN: {
      value: 'personal_access_token',
      description: 'A personal access token of a user.',
    },
    IDENTITY: { value: 'user', description: "A JWT from the organization's identity provider." },
    CONNECT_TOKEN: {
      value: 'connect_token',
      description: 'A connect token for one end user of one app.',
    },
    ANONYMOUS: { value: 'anonymous', description: 'A request without any credential.' },
  } satisfies Record<string, { value: Viewer['kind']; description: string }>,
});

const ViewerRef = builder.objectRef<Viewer>('Viewer').implement({
  description: 'The caller of a request, as its credential identifies them.',
  fields: (t) => ({
    kind: t.expose('kind', {
      type: ViewerKindRef,
      description: 'The kind of credential that the request carries.',
    }),
    role: t.field({
      type: RoleRef,
      nullable: true,
      description:
        'The role of the credential, or of its owner in the organization; null without one.',
      resolve: roleOf,
    }),
    organization: t.prismaField({
      type: OrganizationRef,
      nullable: true,
      description:
        'The organization to which the credential belongs; null for a request without a credential.',
      resolve: (query, viewer, _args, { deps }) =>
        viewer.kind === 'access_key' || isPerson(viewer)
          ? deps.db.organization.findUnique({ ...query, where: { id: viewer.organizationId } })
          : null,
    }),
    project: t.prismaField({
      type: ProjectRef,
      nullable: true,
      description: 'The one project that the credential reaches; null if it can reach several.',
      resolve: (query, viewer, _args, { deps }) =>
        viewer.kind === 'access_key' && viewer.projectId !== null
          ? deps.db.project.findUnique({ ...query, where: { id: viewer.projectId } })
          : null,
    }),
    user: t.prismaField({
      type: UserRef,
      nullable: true,
      description: 'The owner of the credential, if it is a person; null for a program.',
      resolve: (query, viewer, _args, { deps }) =>
        isPerson(viewer)
          ? deps.db.user.findUnique({ ...query, where: { id: viewer.userId } })
          : null,
    }),
    userId: t.string({
      nullable: true,
      description:
        'The end user of a connect token, by the id that the app gives them; null for any other credential.',
      resolve: (viewer) => (viewer.kind === 'connect_token' ? viewer.userId : null),
    }),
  }),
});

const readViewer = operation({
  name: 'viewer',
  description: 'Returns the caller, as their credential identifies them.',
  role: 'anyone',
  audit: undefined,
  input: z.object({}),
  errors: [],
  run: async ({ viewer }) => viewer,
});

builder.queryField('viewer', (t) =>
  t.field({
    ...operationFieldWithoutErrors(readViewer),
    type: ViewerRef,
    resolve: (_root, args, context) => perform(readViewer, context, args),
  }),
);

function roleOf(viewer: Viewer) {
  if (viewer.kind === 'access_key') return viewer.role;
  return isPerson(viewer) ? viewer.organizationRole : null;
}
