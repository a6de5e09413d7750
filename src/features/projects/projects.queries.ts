import { builder } from '../../core/graphql/builder.ts';
import { operationFieldWithoutErrors } from '../../core/graphql/operation-field.ts';
import { perform } from '../../core/operations/perform.ts';
import { ProjectRef } from './project.type.ts';
import { readProject } from './projects.operations.ts';

builder.queryField('project', (t) =>
  t.prismaField({
    ...operationFieldWithoutErrors(readProject),
    type: ProjectRef,
    nullable: true,
    args: { id: t.arg.id({ description: 'The UUID of the project.' }) },
    resolve: (query, _root, args, context) =>
      perform(readProject, { ...context, selection: query }, args),
  }),
);
