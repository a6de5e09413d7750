import { type ExecutionResult, GraphQLError, type GraphQLSchema, getOperationAST } from 'graphql';
import { getSSEProcessor, isAsyncIterable, type Plugin, processRegularResult } from 'graphql-yoga';
import type { Deps } from '../deps.ts';
import { errorKinds } from '../errors.ts';
import type { Context } from '../graphql/context.ts';
import { requireAffordable } from '../graphql/limits.ts';
import { asGraphqlError, maskResult } from './yoga.plugins.ts';
import type { ServerContext } from './yoga.ts';

type YogaPlugin = Plugin<Context, ServerContext>;

/** Holds subscriptions to the limits, and lets an end that has a reason say it as the last event. */
export function useStreams(deps: Deps, schema: GraphQLSchema): YogaPlugin {
  return {
    onSubscribe({ args, subscribeFn, setSubscribeFn, setResultAndStopExecution }) {
      const { document, operationName, variableValues: variables = {}, contextValue } = args;
      const node = getOperationAST(document, operationName);
      try {
        if (node) requireAffordable(deps.config.limits, { schema, document, node, variables });
      } catch (error) {
        return setResultAndStopExecution({ errors: [asGraphqlError(error)] });
      }
      const mask = (result: ExecutionResult) => maskResult(deps, contextValue.request.id, result);
      setSubscribeFn(async (given) => {
        const stream = await subscribeFn(given);
        return isAsyncIterable(stream) ? maskStream(stream as Results, mask) : stream; // GraphQL's
      });
    },
    // Whoever takes anything gets server-sent events, not yoga's other form of a stream.
    onResultProcess({ request, result, setResult, setResultProcessor }) {
      if (!isAsyncIterable(result)) return;
      const accepted = request.headers.get('accept') ?? '*/*';
      if (/text\/(event-stream|\*)|\*\/\*/.test(accepted)) {
        return setResultProcessor(processEvents, 'text/event-stream');
      }
      void result[Symbol.asyncIterator]().return?.();
      setResult({ errors: [notAcceptable()] });
      setResultProcessor(processRegularResult, 'application/json');
    },
    onResponse({ response }) {
      response?.headers.set('Cache-Control', 'no-store');
      // A proxy such as nginx would keep the events of a stream until it has a buffer full.
      const isStream = response?.headers.get('content-type')?.startsWith('text/event-stream');
      if (isStream) response?.headers.set('X-Accel-Buffering', 'no');
    },
  };
}

const processEvents = getSSEProcessor();

function notAcceptable(): GraphQLError {
  return new GraphQLError(
    'A subscription is answered by events: send "Accept: text/event-stream".',
    {
      extensions: { code: errorKinds.invalid_input.graphql, http: { status: 406 } },
    },
  );
}

type Results = AsyncIterable<ExecutionResult>;

function maskStream(stream: Results, mask: (result: ExecutionResult) => ExecutionResult): Results {
  return {
    [Symbol.asyncIterator]() {
      const source = stream[Symbol.asyncIterator]();
      let isOver = false;
      return {
        async next() {
          if (isOver) return { done: true, value: undefined };
          try {
            const { done, value } = await source.next();
            return done ? { done, value } : { done: false, value: mask(value) };
          } catch (error) {
            isOver = true;
            return { done: false, value: mask({ errors: [asGraphqlError(error)] }) };
          }
        },
        async return() {
          await source.return?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
}
