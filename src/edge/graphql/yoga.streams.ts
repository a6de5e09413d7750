import {
  createSourceEventStream,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
} from 'graphql';
import { type FetchAPI, isAsyncIterable, processRegularResult } from 'graphql-yoga';
import { parseAccept } from 'hono/utils/accept';
import { ServerStopsError } from '../../core/changes/change-feed.ts';
import type { Deps } from '../../core/deps/deps.ts';
import { type Context, freshContext } from '../../core/graphql/context.ts';
import { errorKinds } from '../../platform/errors.ts';
import { toAppError } from '../http/masking.ts';
import { requireAffordable } from './limits.ts';
import { requireVariables } from './variables.ts';
import { asGraphqlError, maskResult, type YogaPlugin } from './yoga.plugins.ts';

/** Applies the limits to subscriptions, and sends the reason of an end as the last event. */
export function useStreams(deps: Deps, schema: GraphQLSchema): YogaPlugin {
  return {
    onSubscribe({ args, setSubscribeFn, setResultAndStopExecution }) {
      const { document, operationName, variableValues: variables = {}, contextValue } = args;
      const node = getOperationAST(document, operationName);
      try {
        if (node) {
          requireVariables(schema, node, variables);
          requireAffordable(deps.config.limits, { schema, document, node, variables });
        }
      } catch (error) {
        return setResultAndStopExecution({ errors: [asGraphqlError(error)] });
      }
      const mask = (result: ExecutionResult) => maskResult(deps, contextValue.request.id, result);
      setSubscribeFn(async (given) => {
        const source = await createSourceEventStream(given);
        if (!isAsyncIterable(source)) return source;
        return maskStream(executeEach(source, given), mask);
      });
    },
    onResultProcess({ request, result, serverContext, setResult, setResultProcessor }) {
      const accepted = acceptedTypes(request.headers.get('accept'));
      const isStream = isAsyncIterable(result);
      if (isStream && !accepted.some((type) => isAcceptedType(type, events))) {
        void result[Symbol.asyncIterator]().return?.();
        setResult({ errors: [notAcceptable()] });
        return setResultProcessor(processRegularResult, plainJson);
      }
      // A client whose subscription is refused before it begins still expects events.
      const prefersEvents = serverContext.subscribes === true && accepted.includes(events);
      const type = isStream || prefersEvents ? events : preferred(accepted);
      if (type === undefined) return; // yoga responds with 406
      if (type === events && (isStream || !isOfHttp(result))) {
        return setResultProcessor(processEvents, events);
      }
      setResultProcessor(processRegularResult, type === events ? plainJson : type);
    },
    onResponse({ response }) {
      response?.headers.set('Cache-Control', 'no-store');
      // A proxy such as nginx would hold the events back until its buffer is full.
      const isStream = response?.headers.get('content-type')?.startsWith('text/event-stream');
      if (isStream) response?.headers.set('X-Accel-Buffering', 'no');
    },
  };
}

const events = 'text/event-stream';
const plainJson = 'application/json';
/** Returns the media types of an Accept header, the most wanted first. */
const offered = [events, 'application/graphql-response+json', plainJson];

/** Returns the media types of an Accept header, the most wanted first. */
function acceptedTypes(header: string | null): string[] {
  const types = parseAccept(header ?? '*/*').filter(({ q }) => q > 0);
  return types.map(({ type }) => type.toLowerCase());
}

function isAcceptedType(accepted: string, type: string): boolean {
  return accepted === '*/*' || accepted === type || accepted === `${type.split('/')[0]}/*`;
}

function preferred(accepted: readonly string[]): string | undefined {
  for (const wanted of accepted) {
    const type = offered.findLast((candidate) => isAcceptedType(wanted, candidate));
    if (type !== undefined) return type;
  }
  return undefined;
}

/**
 * Whether a refusal concerns the HTTP request, or is temporary. A status tells that to proxies and
 * clients, which reconnect after a 503 and give up after an event.
 */
function isOfHttp(result: object): boolean {
  const { errors = [] } = result as ExecutionResult; // batches are refused
  return errors.some(({ extensions: { http } }) =>
    [405, 413, 415, 503].includes((http as { status?: number } | undefined)?.status ?? 200),
  );
}

function notAcceptable(): GraphQLError {
  return new GraphQLError('A subscription needs events. Send "Accept: text/event-stream".', {
    extensions: { code: errorKinds.invalid_input.graphql, http: { status: 406 } },
  });
}

type Results = AsyncIterable<ExecutionResult>;

/**
 * Executes the selection of a subscription for each event, with a new context: the context caches what was
 * authorized and loaded, and the roles of the caller may have changed since the last event.
 */
function executeEach(source: AsyncIterable<unknown>, args: ExecutionArgs): Results {
  return {
    [Symbol.asyncIterator]() {
      const events = source[Symbol.asyncIterator]();
      return {
        async next() {
          const { done, value } = await events.next();
          if (done) return { done, value: undefined };
          const contextValue = freshContext(args.contextValue as Context); // yoga made it
          return { done: false, value: await execute({ ...args, rootValue: value, contextValue }) };
        },
        async return() {
          await events.return?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
}

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
            // The name makes yoga pass the error on, so that the stream ends without `complete`.
            if (toAppError(error) instanceof ServerStopsError)
              throw new DOMException('', 'AbortError');
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

/** Pause in milliseconds between two comments that keep a quiet stream open. */
const pingInterval = 12_000;

/**
 * Writes a result, or a stream of results, as server-sent events in the "distinct connections mode" of the
 * graphql-sse protocol. The response is 200 even if the operation is refused. A stream that fails ends
 * without `complete`, which tells clients to reconnect; the processor of yoga would leave it open.
 */
function processEvents(result: unknown, fetchAPI: FetchAPI): Response {
  const results = isAsyncIterable(result)
    ? (result as AsyncIterable<ExecutionResult>)[Symbol.asyncIterator]()
    : [result as ExecutionResult].values();
  const encoder = new fetchAPI.TextEncoder();
  let ping: NodeJS.Timeout | undefined;
  const body = new fetchAPI.ReadableStream<Uint8Array>({
    start(controller) {
      const comment = encoder.encode(':\n\n');
      controller.enqueue(comment); // the headers leave with the first bytes
      ping = setInterval(() => {
        if ((controller.desiredSize ?? 0) > 0) controller.enqueue(comment);
      }, pingInterval);
    },
    async pull(controller) {
      const event = await Promise.resolve(results.next()).then(writeEvent, () => undefined);
      if (event !== undefined) controller.enqueue(encoder.encode(event));
      if (event !== undefined && event !== complete) return;
      clearInterval(ping);
      controller.close();
    },
    async cancel() {
      clearInterval(ping);
      await results.return?.();
    },
  });
  const headers = { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' };
  return new fetchAPI.Response(body, { status: 200, headers });
}

/* EventSource drops an event without data. */
const complete = 'event: complete\ndata:\n\n';

function writeEvent({ done, value }: IteratorResult<ExecutionResult, unknown>): string {
  if (done) return complete;
  const { errors, ...rest } = value as ExecutionResult;
  for (const { extensions } of errors ?? []) delete extensions.http; // a status for yoga
  return `event: next\ndata: ${JSON.stringify(errors ? { errors, ...rest } : rest)}\n\n`;
}
