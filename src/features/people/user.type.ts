import { isPerson } from '../../core/access/viewer.ts';
import { builder } from '../../core/graphql/builder.ts';
import { NodeRef } from '../../core/graphql/node.type.ts';
import { definePage } from '../../core/graphql/page.ts';
import { RoleRef } from '../../core/graphql/role.type.ts';
import { tokensPerUser } from '../../platform/limits.ts';

export const PersonalAccessTokenRef = builder.prismaObject('PersonalAccessToken', {
  description: 'A credential of a person, who may with it what they may.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'A UUID; not the token itself.' }),
    name: t.exposeString('name', { description: 'What it is for.' }),
    preview: t.exposeString('preview', { description: 'Its first characters.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it stops working; null when never.',
    }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last used, to the minute.',
    }),
  }),
});

export const UserRef = builder.prismaObject('User', {
  interfaces: [NodeRef],
  description: 'A person who works with projects of the organization.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'A UUID.' }),
    email: t.exposeString('email', {
      description: 'Unique in the organization, whatever its case.',
    }),
    name: t.exposeString('name', { description: 'What they are called.' }),
    role: t.expose('role', {
      type: RoleRef,
      nullable: true,
      description:
        'The role in the organization; without one they reach only projects that give them a role.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When they were added.' }),
    personalAccessTokens: t.relation('personalAccessTokens', {
      authScopes: ({ id }, _args, { viewer }) =>
        isPerson(viewer) && viewer.userId === id
          ? { credential: true }
          : { organizationRole: 'admin' },
      description: `Their tokens that are not revoked, newest first; the newest ${tokensPerUser}. For themselves and admins of the organization.`,
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
