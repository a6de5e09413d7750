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

/*
 * Maximum number of lines. A document within the limit of tokens never needs more, and could take seconds
 * with them.
 */
const mostLines = 5_000;
const longestNameToken = 256;

/** Maximum number of comparisons between selections of the same field. */
const mostComparisons = 500_000;
const weightOfParent = 10;

/** Maximum number of errors in a document that one response lists. */
export const mostMistakes = 20;

/** Parses a document within the limits for tokens, lines and the length of a name. */
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

/* Limits the lines, because GraphQL counts the lines before each error from the beginning. */
function requireFewLines(text: string): void {
  let lines = 1;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code !== 10 && code !== 13) continue;
    lines += 1;
    if (lines > mostLines) throw tooComplex(`The document has more than ${mostLines} lines.`);
  }
}

/* Limits the length of names, because every error can repeat a name. */
function requireShortNames({ loc }: DocumentNode): void {
  for (let token = loc?.startToken; token; token = token.next ?? undefined) {
    if (token.kind !== TokenKind.NAME || token.end - token.start <= longestNameToken) continue;
    throw tooComplex(
      `The document has a name of ${token.end - token.start} characters; the limit is ${longestNameToken}.`,
    );
  }
}

/**
 * Refuses a document that selects the same field too often. GraphQL compares each of these selections with
 * every other, which would take long.
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

/** Refuses a document with more aliases than the limit. */
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

/** An operation: its document, its node in the document, and its variables. */
type ParsedOperation = {
  schema: GraphQLSchema;
  document: DocumentNode;
  node: OperationDefinitionNode;
  variables: Record<string, unknown>;
};

/**
 * Refuses an operation that selects a root field with `extensions: { limit }` more often than the limit
 * allows.
 *
 * @throws QueryTooComplexError before anything runs.
 */
export function requireFewEach(limits: Limits, { schema, document, node }: ParsedOperation): void {
  const root = schema.getRootType(node.operation)?.getFields() ?? {};
  const fields = rootFields(document, node);
  for (const name of new Set(fields.map((field) => field.name.value))) {
    const limit = root[name]?.extensions.limit as keyof Limits | undefined; // the field declares it
    if (limit === undefined) continue;
    const asked = fields.filter((field) => field.name.value === name);
    const times = new Set(asked.map(({ alias }) => alias?.value)).size; // GraphQL runs two equal selections once
    if (times <= limits[limit]) continue;
    throw new QueryTooComplexError(
      `The operation selects ${name} ${times} times; the limit is ${limits[limit]}.`,
    );
  }
}

/**
 * Returns the cost of an operation: its fields, times the sizes of the pages that contain them.
 *
 * @throws QueryTooComplexError if it exceeds the limit for cost or depth.
 */
export function requireAffordable(limits: Limits, operation: ParsedOperation): number {
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

/** Counts the tokens, up to ten times the limit. */
function countTokens(source: string | Source, limit: number): string {
  const lexer = new Lexer(typeof source === 'string' ? new Source(source) : source);
  let count = 0;
  try {
    while (lexer.advance().kind !== TokenKind.EOF) {
      count += 1;
      if (count > 10 * limit) return `more than ${10 * limit} tokens`;
    }
  } catch {
    // A text that is not GraphQL is counted up to its first error.
  }
  return `${count} tokens`;
}
