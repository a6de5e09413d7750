import { builder } from '../../core/graphql/builder.ts';
import { definePage } from '../../core/graphql/page.ts';
import { NodeRef, RoleRef } from '../../core/graphql/shared.types.ts';

export const AccessKeyRef = builder.prismaObject('AccessKey', {
  interfaces: [NodeRef],
  description: 'A credential with which a program calls the API.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The UUID of the record, not the key itself.' }),
    name: t.exposeString('name', { description: 'The name that says what the key is for.' }),
    preview: t.exposeString('preview', {
      description: 'The first characters of the key, to recognize it.',
    }),
    role: t.expose('role', { type: RoleRef, description: 'The role that the key has.' }),
    project: t.relation('project', {
      nullable: true,
      description:
        'The one project that the key reaches; null if it reaches the whole organization.',
    }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      description: 'The time when the key was created.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'The time when the key expires; null if it never expires.',
    }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'The time when the key was last used, to the minute; null if never.',
    }),
  }),
});

export const AccessKeyPage = definePage('AccessKey', AccessKeyRef);

type CreatedAccessKey = { id: string; secret: string };

export const CreatedAccessKeyRef = builder
  .objectRef<CreatedAccessKey>('CreatedAccessKey')
  .implement({
    description: 'A new access key together with its secret.',
    fields: (t) => ({
      accessKey: t.prismaField({
        type: AccessKeyRef,
        description: 'The key as lists show it, without its secret.',
        resolve: (query, { id }, _args, { deps }) =>
          deps.db.accessKey.findUniqueOrThrow({ ...query, where: { id } }),
      }),
      secret: t.exposeString('secret', {
        description: 'The key itself. No other operation returns it.',
      }),
    }),
  });
