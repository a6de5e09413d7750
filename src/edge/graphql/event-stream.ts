import type { ExecutionResult } from 'graphql';
import { type FetchAPI, isAsyncIterable } from 'graphql-yoga';

/** Pause in milliseconds between two comments that keep a quiet stream open. */
const pingInterval = 12_000;

/**
 * Writes a result, or a stream of results, as server-sent events in the "distinct connections mode" of the
 * graphql-sse protocol. The response is 200 even if the operation is refused. A stream that fails ends
 * without `complete`, which tells clients to reconnect; the processor of yoga would leave it open.
 */
export function processEvents(result: unknown, fetchAPI: FetchAPI): Response {
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
