import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { GraphQLDateTime, GraphQLJSON, GraphQLJSONObject, GraphQLURL } from 'graphql-scalars';
import { parseUrl } from '../../platform/addresses.ts';
import { isExact } from '../../platform/exact-json.ts';
import { builder } from './builder.ts';

/**
 * Reads a URL. An invalid one is a mistake of the client, but the error of the library would look like one
 * of ours.
 */
function readUrl(text: unknown): URL {
  const read = typeof text === 'string' ? parseUrl(text) : undefined;
  if (read === undefined) throw new GraphQLError('URL cannot represent this value.');
  return read;
}

const strictUrl = new GraphQLScalarType({
  ...GraphQLURL.toConfig(),
  serialize: String, // the stored text is returned as it is: an origin has no slash at its end
  parseValue: readUrl,
  parseLiteral: (node) => readUrl(node.kind === Kind.STRING ? node.value : undefined),
});

type LiteralVariables = Record<string, unknown> | null | undefined;

/**
 * Converts a literal to JSON. A literal that JSON does not have becomes a value that no schema accepts,
 * NaN or a symbol. So it is refused at its own path, together with all other problems.
 */
function literalToJson(node: ValueNode, variables: LiteralVariables): unknown {
  switch (node.kind) {
    case Kind.INT:
    case Kind.FLOAT:
      return isExact(node.value) ? Number(node.value) : Number.NaN;
    case Kind.STRING:
    case Kind.BOOLEAN:
      return node.value;
    case Kind.NULL:
      return null;
    case Kind.ENUM:
      return Symbol.for('a GraphQL enum value');
    case Kind.VARIABLE:
      return variables?.[node.name.value];
    case Kind.LIST:
      return node.values.map((value) => literalToJson(value, variables) ?? null);
    case Kind.OBJECT:
      return Object.fromEntries(
        node.fields
          .map(({ name, value }) => [name.value, literalToJson(value, variables)])
          .filter(([, value]) => value !== undefined),
      );
  }
}

const json = new GraphQLScalarType({ ...GraphQLJSON.toConfig(), parseLiteral: literalToJson });
const jsonObject = new GraphQLScalarType({
  ...GraphQLJSONObject.toConfig(),
  parseLiteral: (node, variables) => {
    if (node.kind === Kind.OBJECT) return literalToJson(node, variables);
    throw new GraphQLError('JSONObject cannot represent a value that is no object.');
  },
});

builder.addScalarType('DateTime', GraphQLDateTime);
builder.addScalarType('JSON', json as typeof GraphQLJSON);
builder.addScalarType('JSONObject', jsonObject as typeof GraphQLJSONObject);
builder.addScalarType('URL', strictUrl as typeof GraphQLURL);
