import {
  type ArgumentNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isListType,
  isObjectType,
  Kind,
  parse,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';
import type { ConcreteRequest } from 'relay-runtime';

/** The field of a document that is a growing list, and Relay's name for it. */
export type RelayList = { field: string; key: string };

/** Makes the artifact that relay-compiler makes of a document without fragments, for the fields of these tests. */
export function compileForRelay(
  schema: GraphQLSchema,
  text: string,
  list?: RelayList,
): ConcreteRequest {
  const [node] = parse(text).definitions;
  if (node?.kind !== Kind.OPERATION_DEFINITION) throw new Error('There is no operation.');
  const root = schema.getRootType(node.operation);
  if (!root) throw new Error('The schema has no such operation.');
  const name = node.name?.value ?? '';
  const argumentDefinitions = (node.variableDefinitions ?? []).map(({ variable }) => ({
    kind: 'LocalArgument',
    name: variable.name.value,
    defaultValue: null,
  }));
  const select = (isReader: boolean) =>
    selectionsOf({ schema, list, isReader }, root.name, node.selectionSet);
  const common = { name, argumentDefinitions };
  const artifact = {
    kind: 'Request',
    fragment: {
      ...common,
      kind: 'Fragment',
      type: root.name,
      abstractKey: null,
      metadata: null,
      selections: select(true),
    },
    operation: { ...common, kind: 'Operation', selections: select(false) },
    params: {
      id: null,
      cacheID: name,
      metadata: {},
      name,
      text,
      operationKind: node.operation,
    },
  };
  return artifact as unknown as ConcreteRequest; // the compiler's format has no type
}

type Way = { schema: GraphQLSchema; list: RelayList | undefined; isReader: boolean };

function selectionsOf(way: Way, typeName: string, { selections }: SelectionSetNode): object[] {
  return selections.flatMap((node): object[] => {
    if (node.kind === Kind.FRAGMENT_SPREAD) throw new Error('Fragments are not supported.');
    if (node.kind === Kind.INLINE_FRAGMENT) {
      const type = node.typeCondition?.name.value ?? typeName;
      const abstractKey = isAbstractType(way.schema.getType(type)) ? `__is${type}` : null;
      const inner = selectionsOf(way, type, node.selectionSet);
      return [{ kind: 'InlineFragment', type, abstractKey, selections: inner }];
    }
    const name = node.name.value;
    const alias = node.alias?.value ?? null;
    const args = node.arguments?.length ? node.arguments.map(argumentOf) : null;
    const field = { alias, args, name, storageKey: null };
    const type = (way.schema.getType(typeName) as GraphQLObjectType).getFields?.()[name]?.type;
    const named = type && getNamedType(type);
    if (!node.selectionSet || !isCompositeType(named)) return [{ ...field, kind: 'ScalarField' }];
    const linked = {
      ...field,
      kind: 'LinkedField',
      plural: isListType(getNullableType(type)),
      concreteType: isObjectType(named) ? named.name : null,
      selections: selectionsOf(way, named.name, node.selectionSet),
    };
    if (name !== way.list?.field) return [linked];
    const { key } = way.list;
    if (way.isReader) {
      return [{ ...linked, alias: name, args: null, name: `__${key}_connection` }];
    }
    const handle = { ...field, kind: 'LinkedHandle', handle: 'connection', key, filters: null };
    return [linked, handle];
  });
}

function argumentOf({ name: { value: name }, value }: ArgumentNode): object {
  return value.kind === Kind.VARIABLE
    ? { kind: 'Variable', name, variableName: value.name.value }
    : { kind: 'Literal', name, value: valueFromASTUntyped(value) };
}
