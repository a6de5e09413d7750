import {
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { isOpenToAnyone } from '../../core/graphql/operation-field.ts';

/**
 * Returns the root fields that an operation selects, in fragments too. It visits each fragment once.
 */
export function rootFields(document: DocumentNode, node: OperationDefinitionNode): FieldNode[] {
  const fragments = new Map<string, SelectionSetNode>();
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.FRAGMENT_DEFINITION) continue;
    fragments.set(definition.name.value, definition.selectionSet);
  }
  const visit = ({ selections }: SelectionSetNode): FieldNode[] =>
    selections.flatMap((selection) => {
      if (selection.kind === Kind.FIELD) return [selection];
      if (selection.kind === Kind.INLINE_FRAGMENT) return visit(selection.selectionSet);
      const fragment = fragments.get(selection.name.value);
      fragments.delete(selection.name.value);
      return fragment === undefined ? [] : visit(fragment);
    });
  return visit(node.selectionSet);
}

/**
 * Whether an operation has a root field that needs a credential. It runs before the variables are checked,
 * so that an anonymous caller learns nothing else.
 */
export function needsCredential(
  schema: GraphQLSchema,
  mayIntrospect: boolean,
  { document, node }: { document: DocumentNode; node: OperationDefinitionNode },
): boolean {
  const root = schema.getRootType(node.operation)?.getFields() ?? {};
  return rootFields(document, node).some(({ name: { value: name } }) => {
    if (name === '__typename') return false;
    if (name.startsWith('__')) return !mayIntrospect;
    const field = root[name];
    return field === undefined || !isOpenToAnyone(field);
  });
}

/** Whether an operation selects the introspection of the schema. */
export function introspects(document: DocumentNode, node: OperationDefinitionNode): boolean {
  return rootFields(document, node).some(({ name }) => /^__(?!typename$)/.test(name.value));
}
