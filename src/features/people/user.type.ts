import { isPerson } from '../../core/access/viewer.ts';
import { builder } from '../../core/graphql/builder.ts';
import { definePage } from '../../core/graphql/page.ts';
import { NodeRef, RoleRef } from '../../core/graphql/shared.types.ts';
import { tokensPerUser } from '../../platform/limits.ts';

export const PersonalAccessTokenRef = builder.prismaObject('PersonalAccessToken', {
  description: 'A credential of a person. It grants what its owner may do at that moment.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The UUID of the record, not the token itself.' }),
    name: t.exposeString('name', { description: 'The name that says what the token is for.' }),
    preview: t.exposeString('preview', {
      description: 'The first characters of the token, to recognize it.',
    }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      description: 'The time when the token was created.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'The time when the token expires; null if it never expires.',
    }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'The time when the token was last used, to the minute; null if never.',
    }),
  }),
});

export const UserRef = builder.prismaObject('User', {
  interfaces: [NodeRef],
  description:
    'A person who works with the projects of the organization. End users of apps are not users.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The UUID of the user.' }),
    email: t.exposeString('email', {
      description:
        'The email address, unique in the organization regardless of upper and lower case.',
    }),
    name: t.exposeString('name', { description: 'The name of the person.' }),
    role: t.expose('role', {
      type: RoleRef,
      nullable: true,
      description:
        'The role in the organization; null if the person reaches only projects in which they have a role.',
    }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      description: 'The time when the person was added.',
    }),
    personalAccessTokens: t.relation('personalAccessTokens', {
      authScopes: ({ id }, _args, { viewer }) =>
        isPerson(viewer) && viewer.userId === id
          ? { credential: true }
          : { organizationRole: 'admin' },
      description: `The newest ${tokensPerUser} personal access tokens that are not revoked, newest first. Only the person and admins of the organization can see them.`,
      complexity: { field: 1, multiplier: 10 },
      query: {
        where: { revokedAt: null },
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
        take: tokensPerUser,
      },
    }),
  }),
});

export const UserPage = definePage('User', UserRef);
