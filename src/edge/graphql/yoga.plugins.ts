import {
  type DocumentNode,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  NoFragmentCyclesRule,
  type ValidationRule,
  ValuesOfCorrectTypeRule,
  validate,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { authenticate } from '../../core/access/authenticate.ts';
import type { LastingAnswer, RequestFacts } from '../../core/access/request-context.ts';
import { requireMember } from '../../core/access/roles.ts';
import type { Viewer } from '../../core/access/viewer.ts';
import type { Deps } from '../../core/deps/deps.ts';
import type { Context } from '../../core/graphql/context.ts';
import { isLoopback } from '../../platform/config/config.ts';
import { PersistedQueryNotSupportedError, UnauthenticatedError } from '../../platform/errors.ts';
import { readJsonBody } from '../http/body.ts';
import { findBug, maskError } from '../http/masking.ts';
import { introspects, needsCredential } from './credential-needed.ts';
import {
  aliasesRule,
  mostMistakes,
  parseWithin,
  requireAffordable,
  requireFewEach,
  requireFewRepeats,
} from './limits.ts';
import { literalsRule } from './literals.ts';
import { readQueryParameters } from './query-parameters.ts';
import { requireVariables } from './variables.ts';

/** What the server knows of a request before GraphQL does. */
export type ServerContext = {
  facts: RequestFacts;
  onGone: LastingAnswer['onGone'];
  viewer?: Viewer;
  /** The operation is a subscription. */
  subscribes?: boolean;
};

type YogaPlugin = Plugin<Context, ServerContext>;

/**
 * Asks who calls before anything else, then reads JSON by POST, or the query of a GET. Nobody is
 * authenticated by a cookie here, so a GET from another site reads only what anybody may.
 */
export function useRequests(deps: Deps): YogaPlugin {
  return {
    async onRequestParse({ request, serverContext, setRequestParser }) {
      const { method } = request;
      if (method !== 'POST' && method !== 'GET') throw methodNotAllowed();
      const header = request.headers.get('authorization') ?? undefined;
      serverContext.viewer = await authenticate(deps, header);
      setRequestParser(async () => {
        if (method === 'GET') return readQueryParameters(request.url);
        const body = await readJsonBody(request, deps.config.limits.bodyBytes);
        return body as object; // what it holds is checked by yoga
      });
    },
    onParse: ({ context }) => {
      return ({ result }) => {
        if (result === null || result instanceof Error) return;
        const node = getOperationAST(result, context.params?.operationName);
        Object.assign(context, { subscribes: node?.operation === 'subscription' });
      };
    },
    // Clients that ask by a hash send the whole query when they read this.
    onParams({ params }) {
      // Yoga checks only afterwards that these are an object.
      if (params?.query == null && params?.extensions?.persistedQuery != null) {
        throw new PersistedQueryNotSupportedError();
      }
    },
  };
}

/** Asks for a credential where an operation needs one, before anything is said of its document. */
export function useCredential({ config }: Deps, schema: GraphQLSchema): YogaPlugin {
  const mayIntrospect = isLoopback(config.host);
  return {
    onParse: ({ context }) => {
      const { viewer, params } = context;
      if (viewer === undefined || viewer.kind === 'access_key') return;
      return ({ result }) => {
        if (result === null || result instanceof Error) return;
        const node = getOperationAST(result, params?.operationName);
        if (!node) return;
        if (viewer.kind === 'anonymous') {
          const operation = { document: result, node };
          if (needsCredential(schema, mayIntrospect, operation)) throw new UnauthenticatedError();
        } else if (!mayIntrospect && introspects(result, node)) {
          requireMember(viewer); // anybody may have a connect token, where an app is public
        }
      };
    },
  };
}

/** Holds a document and an operation to the published limits. */
export function useLimits({ config }: Deps, schema: GraphQLSchema): YogaPlugin {
  const { limits } = config;
  return {
    onParse: ({ setParseFn }) => setParseFn((source) => parseWithin(limits, source)),
    onValidate({ addValidationRule, setValidationFn }) {
      addValidationRule(aliasesRule(limits));
      setValidationFn((of: GraphQLSchema, document: DocumentNode, rules: ValidationRule[]) => {
        requireFewRepeats(document);
        // On a circle of many fragments the rule about overlapping fields overflows the stack.
        const circles = validate(of, document, [NoFragmentCyclesRule], { maxErrors: mostMistakes });
        if (circles.length > 0) return circles;
        const told = rules.map((rule) => (rule === ValuesOfCorrectTypeRule ? literalsRule : rule));
        return validate(of, document, told, { maxErrors: mostMistakes });
      });
    },
    onExecute({ args, setResultAndStopExecution }) {
      const { document, operationName, variableValues: variables = {} } = args;
      const node = getOperationAST(document, operationName);
      if (!node) return;
      try {
        const operation = { schema, document, node, variables };
        requireVariables(schema, node, variables);
        requireFewEach(limits, operation);
        const cost = requireAffordable(limits, operation);
        return {
          onExecuteDone({ result, setResult }) {
            if (!('data' in result)) return;
            setResult({ ...result, extensions: { ...result.extensions, cost } });
          },
        };
      } catch (error) {
        setResultAndStopExecution({ errors: [asGraphqlError(error)] });
      }
    },
  };
}

/** Says of errors what may be said, and logs the rest. Last, so that none gets past it. */
export function useMasking(deps: Deps): YogaPlugin {
  return {
    onResultProcess({ result, serverContext, setResult }) {
      if (Array.isArray(result) || !('errors' in result)) return;
      setResult(maskResult(deps, serverContext.facts.id, result));
    },
  };
}

/** A result of which no more is told than may be. */
export function maskResult<Result extends ExecutionResult>(
  { log }: Deps,
  requestId: string,
  result: Result,
): Result {
  if (!result.errors?.length) return result;
  for (const error of result.errors) {
    const bug = findBug(error);
    if (bug !== undefined) log.error({ err: bug, requestId }, 'a GraphQL field failed');
  }
  const errors = result.errors.map((error) => maskError(error, requestId));
  // An answer with data is 200, whatever is missing in it.
  if ('data' in result) for (const error of errors) delete error.extensions.http;
  return { ...result, errors };
}

/** Keeps what was thrown as the cause, for {@link useMasking} to judge. */
export function asGraphqlError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  const originalError = error instanceof Error ? error : new Error(typeof error);
  return new GraphQLError('Unexpected error.', { originalError });
}

function methodNotAllowed(): GraphQLError {
  return new GraphQLError('Send the operation as JSON by POST, or a query by GET.', {
    extensions: { http: { status: 405, headers: { Allow: 'GET, POST' } } },
  });
}
