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
import { introspects, needsCredential } from './root-fields.ts';
import { requireVariables } from './variables.ts';

/** The facts that the server knows about a request before GraphQL does. */
export type ServerContext = {
  facts: RequestFacts;
  onGone: LastingAnswer['onGone'];
  viewer?: Viewer;
  /** Set if the operation is a subscription. */
  subscribes?: boolean;
};

export type YogaPlugin = Plugin<Context, ServerContext>;

/**
 * Authenticates the caller first, then reads the JSON of a POST or the query of a GET. No cookie
 * authenticates here, so a GET from another site reads only public data.
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
        return body as object; // yoga checks its contents
      });
    },
    onParse: ({ context }) => {
      return ({ result }) => {
        if (result === null || result instanceof Error) return;
        const node = getOperationAST(result, context.params?.operationName);
        Object.assign(context, { subscribes: node?.operation === 'subscription' });
      };
    },
    // Clients that send only a hash send the whole query when they get this error.
    onParams({ params }) {
      // Yoga checks only later that these are objects.
      if (params?.query == null && params?.extensions?.persistedQuery != null) {
        throw new PersistedQueryNotSupportedError();
      }
    },
  };
}

/**
 * Asks for a credential if an operation needs one, before it reveals anything about the document.
 */
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
          requireMember(viewer); // anybody can get a connect token of a public app
        }
      };
    },
  };
}

/** Applies the published limits to a document and an operation. */
export function useLimits({ config }: Deps, schema: GraphQLSchema): YogaPlugin {
  const { limits } = config;
  return {
    onParse: ({ setParseFn }) => setParseFn((source) => parseWithin(limits, source)),
    onValidate({ addValidationRule, setValidationFn }) {
      addValidationRule(aliasesRule(limits));
      setValidationFn((of: GraphQLSchema, document: DocumentNode, rules: ValidationRule[]) => {
        requireFewRepeats(document);
        // The rule about overlapping fields would overflow the stack on a circle of many fragments, so
        // circles are found first.
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

/** Masks errors and logs the rest. It is the last plugin, so that no error gets past it. */
export function useMasking(deps: Deps): YogaPlugin {
  return {
    onResultProcess({ result, serverContext, setResult }) {
      if (Array.isArray(result) || !('errors' in result)) return;
      setResult(maskResult(deps, serverContext.facts.id, result));
    },
  };
}

/** Returns a result with only the errors that the caller may see. */
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
  // A response with data is 200, even if a part of it is missing.
  if ('data' in result) for (const error of errors) delete error.extensions.http;
  return { ...result, errors };
}

/** Wraps an error and keeps it as the cause, for {@link useMasking} to decide about. */
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
