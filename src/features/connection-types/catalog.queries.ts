import { z } from 'zod';
import { connectionTypes, findConnectionType } from '../../core/catalog/catalog.ts';
import { builder } from '../../core/graphql/builder.ts';
import { InvalidInputError } from '../../platform/errors.ts';
import { foldCase } from '../../platform/fold-case.ts';
import { fieldIssues, orBlank, searchText } from '../../platform/input.ts';
import { ConnectionTypeRef, catalogueCost } from './catalog.type.ts';

const searchArgs = z.object({ search: orBlank(searchText) });

builder.queryFields((t) => ({
  connectionTypes: t.field({
    type: [ConnectionTypeRef],
    description: 'Lists the types of connections that match all given arguments.',
    authScopes: { credential: true },
    complexity: { field: 1, multiplier: catalogueCost },
    args: {
      category: t.arg.string({
        required: false,
        description: 'The category of the types, such as `llm`.',
      }),
      search: t.arg.string({
        required: false,
        description: 'A part of a label or an identifier, in upper or lower case.',
      }),
    },
    resolve: (_root, { category, search }) => {
      const parsed = searchArgs.safeParse({ search });
      if (!parsed.success) throw new InvalidInputError(fieldIssues(parsed.error.issues));
      const part = foldCase(parsed.data.search ?? '');
      return connectionTypes.filter(
        ({ type, label, ...its }) =>
          (category == null || its.category === category) &&
          [label, type].some((text) => foldCase(text).includes(part)),
      );
    },
  }),
  connectionType: t.field({
    type: ConnectionTypeRef,
    nullable: true,
    description: 'Finds a type of connection. It returns null if no type has this identifier.',
    authScopes: { credential: true },
    args: {
      type: t.arg.string({
        description: 'The full identifier of the type, such as `dynamiq.connections.OpenAI`.',
      }),
    },
    resolve: (_root, { type }) => findConnectionType(type) ?? null,
  }),
}));
