import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { isOpenToAnyone } from '../../core/graphql/operation-field.ts';
import { rootFields } from './root-fields.ts';

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
