import { roleIn } from '../../core/access/reach.ts';
import { isPerson } from '../../core/access/viewer.ts';
import { builder } from '../../core/graphql/builder.ts';
import { NodeRef } from '../../core/graphql/node.type.ts';
import { definePage } from '../../core/graphql/page.ts';
import { RoleRef } from '../../core/graphql/role.type.ts';

export const ProjectRef = builder.prismaObject('Project', {
  interfaces: [NodeRef],
  description: 'What connections belong to, and the reach of a project-scoped key.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'A UUID.' }),
    name: t.exposeString('name', { description: 'Unique in its organization.' }),
    organization: t.relation('organization', { description: 'Who it belongs to.' }),
    viewerRole: t.field({
      type: RoleRef,
      nullable: true,
      description: "The caller's role in this project: it tells a front end which buttons to show.",
      select: { id: true },
      resolve: ({ id }, _args, { viewer }) => {
        if (viewer.kind === 'access_key') return viewer.role;
        return isPerson(viewer) ? roleIn(viewer, id) : null;
      },
    }),
    redirectUrls: t.expose('redirectUrls', {
      type: ['URL'],
      description: 'Where a consent may send the browser afterwards, matched exactly.',
    }),
  }),
});

export const ProjectPage = definePage('Project', ProjectRef);
