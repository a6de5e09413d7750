import { GraphQLError, GraphQLScalarType } from 'graphql';
import { GraphQLDateTime, GraphQLJSON, GraphQLJSONObject, GraphQLURL } from 'graphql-scalars';
import { builder } from './builder.ts';

const url = GraphQLURL.toConfig();

/** A bad URL is the client's mistake: what the library throws for it would pass for ours. */
function orRefuse<Value>(parse: (value: Value) => unknown) {
  return (value: Value): unknown => {
    try {
      return parse(value);
    } catch {
      throw new GraphQLError('URL cannot represent this value.');
    }
  };
}

const strictUrl = new GraphQLScalarType({
  ...url,
  serialize: String, // as it was stored: an origin has no slash at its end
  parseValue: orRefuse(url.parseValue),
  parseLiteral: orRefuse((node) => url.parseLiteral(node)),
});

builder.addScalarType('DateTime', GraphQLDateTime);
builder.addScalarType('JSON', GraphQLJSON);
builder.addScalarType('JSONObject', GraphQLJSONObject);
builder.addScalarType('URL', strictUrl as typeof GraphQLURL);
