import { errors } from 'undici';
import {
  OutboundError,
  OutboundTimeoutError,
  OutboundUnreachableError,
} from './outbound.errors.ts';

export type Deadline = {
  host: string;
  /** In milliseconds. */
  deadline: number;
  /** The caller's own end, whose reason is thrown as it is. */
  signal: AbortSignal | undefined;
};

/** Runs one exchange and tears it down at the deadline; foreign errors leave as OutboundErrors. */
export async function withinDeadline<Answer>(
  { host, deadline, signal }: Deadline,
  exchange: (ending: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  signal?.throwIfAborted();
  const ending = new AbortController();
  const expire = () => ending.abort(new OutboundTimeoutError(host, deadline));
  const cancel = () => ending.abort(signal?.reason);
  const timer = setTimeout(expire, deadline);
  signal?.addEventListener('abort', cancel);
  try {
    // undici does not look at the signal while it connects, so the end is waited for here too.
    return await Promise.race([exchange(ending.signal), rejectAt(ending.signal)]);
  } catch (error) {
    // Whatever else broke at the end is its consequence.
    if (ending.signal.aborted) throw ending.signal.reason;
    ending.abort(); // closes the connection of an answer that was refused unread
    throw translate(error, host, deadline);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', cancel);
  }
}

function rejectAt(ending: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    ending.addEventListener('abort', () => reject(ending.reason));
  });
}

function translate(error: unknown, host: string, deadline: number): unknown {
  if (error instanceof OutboundError || !(error instanceof Error)) return error;
  if (error instanceof errors.HTTPParserError) return new OutboundUnreachableError(host, 'no HTTP');
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  if (code === undefined) return error;
  // A connection begun by an earlier request that this one was waiting for.
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return new OutboundTimeoutError(host, deadline);
  return new OutboundUnreachableError(host, code);
}
