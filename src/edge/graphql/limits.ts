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
  visit,
} from 'graphql';
import { QueryTooComplexError } from '../../platform/errors.ts';
import type { Limits } from '../../platform/limits.ts';
import { rootFields } from './root-fields.ts';

/* What a document of so few tokens never needs; a stranger's could take seconds with more. */
const mostLines = 5_000;
const longestName = 256;

/** Comparisons of selections of the same field, and how many one counts for that has more to compare. */
const mostComparisons = 500_000;
const weightOfParent = 10;

/** Mistakes of a document that are told at once. */
export const mostMistakes = 20;

/** Parses a document of at most so many tokens, lines, and characters of a name. */
export function parseWithin({ tokens }: Limits, source: string | Source): DocumentNode {
  requireFewLines(typeof source === 'string' ? source : source.body);
  try {
    const document = parse(source, { maxTokens: tokens });
    requireShortNames(document);
    return document;
  } catch (error) {
    if (!(error instanceof GraphQLError) || !error.message.includes('tokens')) throw error;
    throw tooComplex(`The document has ${countTokens(source, tokens)}; the limit is ${tokens}.`);
  }
}

/* GraphQL counts the lines up to a mistake anew for each mistake. */
function requireFewLines(text: string): void {
  let lines = 1;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code !== 10 && code !== 13) continue;
    lines += 1;
    if (lines > mostLines) throw tooComplex(`The document has more than ${mostLines} lines.`);
  }
}

/* Complaints repeat names, and a name may be in each of them. */
function requireShortNames({ loc }: DocumentNode): void {
  for (let token = loc?.startToken; token; token = token.next ?? undefined) {
    if (token.kind !== TokenKind.NAME || token.end - token.start <= longestName) continue;
    throw tooComplex(
      `The document has a name of ${token.end - token.start} characters; the limit is ${longestName}.`,
    );
  }
}

/**
 * Refuses a document that selects the same field so often that to compare the selections with each other
 * takes long: GraphQL compares each with each.
 *
 * @throws GraphQLError.
 */
export function requireFewRepeats(document: DocumentNode): void {
  const fields = new Map<string, { count: number; weight: number }>();
  visit(document, {
    Field({ name, alias, selectionSet, arguments: given = [] }) {
      const key = (alias ?? name).value;
      const known = fields.get(key) ?? { count: 0, weight: 0 };
      known.count += 1;
      known.weight += selectionSet === undefined && given.length === 0 ? 1 : weightOfParent;
      fields.set(key, known);
    },
  });
  let comparisons = 0;
  for (const { count, weight } of fields.values()) comparisons += count * weight;
  if (comparisons <= mostComparisons) return;
  throw tooComplex('The document selects the same fields too often. Select each field once.');
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
      `The operation selects ${name} ${times} times; the limit is ${limits[limit]}.`,
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

/** How many tokens there are, counted up to ten times the limit. */
function countTokens(source: string | Source, limit: number): string {
  const lexer = new Lexer(typeof source === 'string' ? new Source(source) : source);
  let count = 0;
  try {
    while (lexer.advance().kind !== TokenKind.EOF) {
      count += 1;
      if (count > 10 * limit) return `more than ${10 * limit} tokens`;
    }
  } catch {
    // Text that is not GraphQL is counted up to its first mistake.
  }
  return `${count} tokens`;
}
