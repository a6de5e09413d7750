import { builder } from '../../core/graphql/builder.ts';
import { NodeRef } from '../../core/graphql/node.type.ts';
import { definePage } from '../../core/graphql/page.ts';
import { RoleRef } from '../../core/graphql/role.type.ts';

export const AccessKeyRef = builder.prismaObject('AccessKey', {
  interfaces: [NodeRef],
  description: 'A credential of a program.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'A UUID; not the key itself.' }),
    name: t.exposeString('name', { description: 'What it is for.' }),
    preview: t.exposeString('preview', { description: 'Its first characters.' }),
    role: t.expose('role', { type: RoleRef, description: 'What it may do.' }),
    project: t.relation('project', {
      nullable: true,
      description: 'The one project that it reaches; null for the whole organization.',
    }),
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

export const AccessKeyPage = definePage('AccessKey', AccessKeyRef);

export type CreatedAccessKey = { id: string; secret: string };

export const CreatedAccessKeyRef = builder
  .objectRef<CreatedAccessKey>('CreatedAccessKey')
  .implement({
    description: 'A new key.',
    fields: (t) => ({
      accessKey: t.prismaField({
        type: AccessKeyRef,
        description: 'The key as lists show it.',
        resolve: (query, { id }, _args, { deps }) =>
          deps.db.accessKey.findUniqueOrThrow({ ...query, where: { id } }),
      }),
      secret: t.exposeString('secret', { description: 'The key itself. Shown only here.' }),
    }),
  });
