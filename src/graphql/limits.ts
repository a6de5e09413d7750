import { complexityFromQuery } from '@pothos/plugin-complexity';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  Lexer,
  type OperationDefinitionNode,
  parse,
  Source,
  TokenKind,
  type ValidationRule,
} from 'graphql';
import { QueryTooComplexError } from '../errors.ts';
import type { Limits } from '../limits.ts';
import { rootFields } from './root-fields.ts';

/** Parses a document of at most so many tokens. */
export function parseWithin({ tokens }: Limits, source: string | Source): DocumentNode {
  try {
    return parse(source, { maxTokens: tokens });
  } catch (error) {
    if (!(error instanceof GraphQLError) || !error.message.includes('tokens')) throw error;
    const asked = countTokens(source);
    throw tooComplex(`The document has ${asked} tokens; the limit is ${tokens}.`);
  }
}

/** Refuses a document with more than so many aliases. */
export function aliasesRule({ aliases }: Limits): ValidationRule {
  return function AliasesRule(context) {
    let asked = 0;
    return {
      Field(field) {
        if (field.alias !== undefined) asked += 1;
      },
      Document: {
        leave() {
          if (asked <= aliases) return;
          const message = `The document has ${asked} aliases; the limit is ${aliases}.`;
          context.reportError(tooComplex(message));
        },
      },
    };
  };
}

/** What an operation is: its document, which of its operations, and with what. */
export type Operation = {
  schema: GraphQLSchema;
  document: DocumentNode;
  node: OperationDefinitionNode;
  variables: Record<string, unknown>;
};

/**
 * Refuses an operation that has a root field with `extensions: { limit }` more often than that allows.
 *
 * @throws QueryTooComplexError before any of it is run.
 */
export function requireFewEach(limits: Limits, { schema, document, node }: Operation): void {
  const root = schema.getRootType(node.operation)?.getFields() ?? {};
  const fields = rootFields(document, node);
  for (const name of new Set(fields.map((field) => field.name.value))) {
    const limit = root[name]?.extensions.limit as keyof Limits | undefined; // as the field declares it
    if (limit === undefined) continue;
    const asked = fields.filter((field) => field.name.value === name);
    const times = new Set(asked.map(({ alias }) => alias?.value)).size; // the same twice is done once
    if (times <= limits[limit]) continue;
    throw new QueryTooComplexError(
      `The operation asks ${times} times for ${name}; the limit is ${limits[limit]}.`,
    );
  }
}

/**
 * The cost of an operation: its fields, times the size of the pages that they are in.
 *
 * @throws QueryTooComplexError when it is over the limits for cost or depth.
 */
export function requireAffordable(limits: Limits, operation: Operation): number {
  const { schema, document, node, variables } = operation;
  const definitions = document.definitions.filter(
    (definition) => definition === node || definition.kind === Kind.FRAGMENT_DEFINITION,
  );
  const asked = complexityFromQuery({ ...document, definitions }, { schema, variables });
  if (asked.depth > limits.depth) {
    throw new QueryTooComplexError(
      `The operation is ${asked.depth} levels deep; the limit is ${limits.depth}.`,
    );
  }
  if (asked.complexity > limits.cost) {
    throw new QueryTooComplexError(
      `The operation costs ${asked.complexity} (its fields, times the sizes of the pages they are in); the limit is ${limits.cost}. Ask for fewer rows or fields.`,
    );
  }
  return asked.complexity;
}

function tooComplex(message: string): GraphQLError {
  const originalError = new QueryTooComplexError(message);
  return new GraphQLError(message, { originalError, extensions: { code: 'QUERY_TOO_COMPLEX' } });
}

function countTokens(source: string | Source): number {
  const lexer = new Lexer(typeof source === 'string' ? new Source(source) : source);
  let count = 0;
  try {
    while (lexer.advance().kind !== TokenKind.EOF) count += 1;
  } catch {
    // Text that is no GraphQL is counted up to where it stops being some.
  }
  return count;
}
