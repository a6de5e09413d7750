import {
  type ASTVisitor,
  GraphQLError,
  type ValidationContext,
  type ValidationRule,
  ValuesOfCorrectTypeRule,
  visitInParallel,
} from 'graphql';

/** Steps of a path that a complaint tells. */
const longestToldPath = 32;

/** GraphQL's complaints that name a field and what its type asks for. */
const named = ['Field "', 'OneOf Input Object "', 'Variable "'];

/**
 * GraphQL's rule about literals, with complaints as those about variables: each names the path and the type
 * that is expected there. GraphQL's own complaint names the type only, and quotes the value.
 */
export const literalsRule: ValidationRule = (context) => {
  const place = { owner: '', path: [] as (string | number)[] };
  const inner = ValuesOfCorrectTypeRule(
    Object.create(context, {
      reportError: { value: (error: GraphQLError) => report(context, place, error) },
    }) as ValidationContext, // the same context, but for this one method
  );
  return visitInParallel([followPlace(place), inner]);
};

type Place = { owner: string; path: (string | number)[] };

/** Keeps `place` at the value that is visited. */
function followPlace(place: Place): ASTVisitor {
  const owners: string[] = [];
  const leave = () => {
    place.path.pop();
  };
  const enterOwner = (owner: string) => {
    owners.push(owner);
    place.owner = owner;
  };
  const leaveOwner = () => {
    owners.pop();
    place.owner = owners.at(-1) ?? '';
  };
  return {
    Field: { enter: ({ name }) => enterOwner(`Field "${name.value}"`), leave: leaveOwner },
    Directive: { enter: ({ name }) => enterOwner(`Directive "@${name.value}"`), leave: leaveOwner },
    VariableDefinition: {
      enter({ variable }) {
        enterOwner(`Variable "$${variable.name.value}"`);
        place.path.push(variable.name.value);
      },
      leave() {
        leaveOwner();
        leave();
      },
    },
    Argument: { enter: ({ name }) => void place.path.push(name.value), leave },
    ObjectField: { enter: ({ name }) => void place.path.push(name.value), leave },
  };
}

function report(context: ValidationContext, { owner, path }: Place, error: GraphQLError): void {
  const type = context.getInputType();
  if (named.some((start) => error.message.startsWith(start)) || !type) {
    context.reportError(error);
    return;
  }
  const told = path.slice(0, longestToldPath).join('.');
  const message = `${owner} has a value at "${told}" that is not of the expected type "${type}".`;
  context.reportError(new GraphQLError(message, { nodes: error.nodes ?? [] }));
}
