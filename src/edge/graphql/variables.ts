import {
  coerceInputValue,
  GraphQLError,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  type OperationDefinitionNode,
  print,
  typeFromAST,
  type VariableDefinitionNode,
} from 'graphql';
import { longestToldPath } from './literals.ts';

/** Maximum length of a name that an error repeats. A longer one can be anything. */
const longestToldName = 64;

/**
 * Refuses variables that do not fit their types, at the first misfit. The original error of GraphQL quotes
 * the whole value for each misfit. This one names the variable, the path and the expected type.
 *
 * @throws GraphQLError.
 */
export function requireVariables(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): void {
  for (const definition of variableDefinitions) requireVariable(schema, definition, variables);
}

function requireVariable(
  schema: GraphQLSchema,
  definition: VariableDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): void {
  const name = definition.variable.name.value;
  const type = typeFromAST(schema, definition.type);
  const refusal = (what: string) =>
    new GraphQLError(`Variable "$${name}" ${what}`, { nodes: definition });
  if (!isInputType(type)) {
    throw refusal(`is of type "${print(definition.type)}", which is not an input type.`);
  }
  const isRequired = isNonNullType(type);
  if (!Object.hasOwn(variables, name)) {
    if (!isRequired || definition.defaultValue !== undefined) return;
    throw refusal(`of required type "${type}" was not provided.`);
  }
  const value = variables[name];
  if (value === null && isRequired) {
    throw refusal(`of non-null type "${type}" must not be null.`);
  }
  const onMisfit = (path: readonly (string | number)[], misfit: unknown) => {
    throw refusal(describeMisfit(name, typeAt(type, path), path, misfit));
  };
  coerceInputValue(value, type, onMisfit, true);
}

/** Describes what is wrong with a value of this type, without the value. */
function describeMisfit(
  name: string,
  type: GraphQLInputType,
  path: readonly (string | number)[],
  value: unknown,
): string {
  const place = describePath(name, path);
  const object = getNullableType(type);
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isInputObjectType(object) || !isObject) {
    return `has a value at "${place}" that is not of the expected type "${type}".`;
  }
  const fields = object.getFields();
  const missing = Object.values(fields).find(
    (field) => isRequiredInputField(field) && !Object.hasOwn(value, field.name),
  );
  if (missing !== undefined) {
    return `lacks the field "${place}.${missing.name}" of required type "${missing.type}".`;
  }
  const unknown = Object.keys(value).find((key) => !Object.hasOwn(fields, key));
  if (unknown === undefined) {
    return `has a value at "${place}" that is not of the expected type "${type}": exactly one field must be given.`;
  }
  const called = isToldName(unknown) ? `field "${unknown}"` : 'field';
  return `has a ${called} at "${place}" that the type "${object.name}" does not have.`;
}

/** Returns the type at this path inside a value of `type`. */
function typeAt(type: GraphQLInputType, path: readonly (string | number)[]): GraphQLInputType {
  let found = type;
  for (const step of path) {
    const nullable = getNullableType(found);
    if (typeof step === 'number') {
      if (isListType(nullable)) found = nullable.ofType as GraphQLInputType; // a list of inputs
      continue;
    }
    const named = getNamedType(nullable);
    const field = isInputObjectType(named) ? named.getFields()[step] : undefined;
    if (field === undefined) return found;
    found = field.type;
  }
  return found;
}

function describePath(name: string, path: readonly (string | number)[]): string {
  const steps = path
    .slice(0, longestToldPath)
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`));
  return `${name}${steps.join('')}${path.length > longestToldPath ? '…' : ''}`;
}

function isToldName(key: string): boolean {
  return key.length <= longestToldName && /^[_A-Za-z]\w*$/.test(key);
}
