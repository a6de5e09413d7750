import { roleIn } from '../../core/access/reach.ts';
import { isPerson } from '../../core/access/viewer.ts';
import { builder } from '../../core/graphql/builder.ts';
import { NodeRef } from '../../core/graphql/node.type.ts';
import { definePage } from '../../core/graphql/page.ts';
import { RoleRef } from '../../core/graphql/role.type.ts';

export const ProjectRef = builder.prismaObject('Project', {
  interfaces: [NodeRef],
  description: 'A container for connections and apps, with members and access keys of its own.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The UUID of the project.' }),
    name: t.exposeString('name', {
      description: 'The name of the project, unique in its organization.',
    }),
    organization: t.relation('organization', {
      description: 'The organization to which the project belongs.',
    }),
    viewerRole: t.field({
      type: RoleRef,
      nullable: true,
      description:
        'The role of the caller in this project, so that a front end knows which buttons to show.',
      select: { id: true },
      resolve: ({ id }, _args, { viewer }) => {
        if (viewer.kind === 'access_key') return viewer.role;
        return isPerson(viewer) ? roleIn(viewer, id) : null;
      },
    }),
    redirectUrls: t.expose('redirectUrls', {
      type: ['URL'],
      description:
        'The addresses to which the browser can go after a consent. They must match exactly.',
    }),
  }),
});

export const ProjectPage = definePage('Project', ProjectRef);
