import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { isOpenToAnyone } from '../../core/graphql/operation-field.ts';
import { rootFields } from './root-fields.ts';

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
  return rootFields(document, node).some(({ name: { value: name } }) => {
    if (name === '__typename') return false;
    if (name.startsWith('__')) return !mayIntrospect;
    const field = root[name];
    return field === undefined || !isOpenToAnyone(field);
  });
}

/** Whether an operation asks for the schema itself. */
export function introspects(document: DocumentNode, node: OperationDefinitionNode): boolean {
  return rootFields(document, node).some(({ name }) => /^__(?!typename$)/.test(name.value));
}
