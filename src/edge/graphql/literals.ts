import {
  type ASTVisitor,
  GraphQLError,
  type ValidationContext,
  type ValidationRule,
  ValuesOfCorrectTypeRule,
  visitInParallel,
} from 'graphql';

/** Maximum number of steps of a path in an error. */
export const longestToldPath = 32;

/** The errors of GraphQL that name a field and the type that it requires. */
const named = ['Field "', 'OneOf Input Object "', 'Variable "'];

/**
 * The rule of GraphQL about literals, with errors like those about variables: each names the path and the
 * expected type. The original errors name only the type, and quote the value.
 */
export const literalsRule: ValidationRule = (context) => {
  const place = { owner: '', path: [] as (string | number)[] };
  const inner = ValuesOfCorrectTypeRule(
    Object.create(context, {
      reportError: { value: (error: GraphQLError) => report(context, place, error) },
    }) as ValidationContext, // the same context, except for this method
  );
  return visitInParallel([followPlace(place), inner]);
};

type LiteralPlace = { owner: string; path: (string | number)[] };

/** Updates `place` to the value that is visited. */
function followPlace(place: LiteralPlace): ASTVisitor {
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

function report(
  context: ValidationContext,
  { owner, path }: LiteralPlace,
  error: GraphQLError,
): void {
  const type = context.getInputType();
  if (named.some((start) => error.message.startsWith(start)) || !type) {
    context.reportError(error);
    return;
  }
  const told = path.slice(0, longestToldPath).join('.');
  const message = `${owner} has a value at "${told}" that is not of the expected type "${type}".`;
  context.reportError(new GraphQLError(message, { nodes: error.nodes ?? [] }));
}
