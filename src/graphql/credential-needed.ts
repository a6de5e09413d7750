import {
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/**
 * Whether an operation has a root field that an anonymous caller may not ask for. Asked before its
 * variables are looked at, so that whoever has no credential learns nothing else.
 */
export function needsCredential(
  schema: GraphQLSchema,
  mayIntrospect: boolean,
  { document, node }: { document: DocumentNode; node: OperationDefinitionNode },
): boolean {
  const root = schema.getRootType(node.operation)?.getFields() ?? {};
  return rootFields(document, node).some((name) => {
    if (name === '__typename') return false;
    if (name.startsWith('__')) return !mayIntrospect;
    const options = root[name]?.extensions.pothosOptions as
      | { authScopes?: { anyone?: boolean } }
      | undefined;
    return options?.authScopes?.anyone !== true;
  });
}

function rootFields(document: DocumentNode, node: OperationDefinitionNode): string[] {
  const fragments = new Map<string, SelectionSetNode>();
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.FRAGMENT_DEFINITION) continue;
    fragments.set(definition.name.value, definition.selectionSet);
  }
  const visit = ({ selections }: SelectionSetNode): string[] =>
    selections.flatMap((selection) => {
      if (selection.kind === Kind.FIELD) return [selection.name.value];
      if (selection.kind === Kind.INLINE_FRAGMENT) return visit(selection.selectionSet);
      const fragment = fragments.get(selection.name.value);
      fragments.delete(selection.name.value); // visited once, however often it is spread
      return fragment === undefined ? [] : visit(fragment);
    });
  return visit(node.selectionSet);
}
