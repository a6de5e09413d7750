import { errors } from 'undici';
import {
  OutboundError,
  OutboundTimeoutError,
  OutboundUnreachableError,
} from './outbound.errors.ts';

export type Deadline = {
  host: string;
  /** The deadline in milliseconds. */
  deadline: number;
  /** The signal of the caller. Its reason is thrown unchanged. */
  signal: AbortSignal | undefined;
};

/**
 * Runs one exchange and tears it down at the deadline. It turns foreign errors into OutboundErrors.
 */
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
    // undici ignores the signal while it connects, so the deadline is awaited here too.
    return await Promise.race([exchange(ending.signal), rejectAt(ending.signal)]);
  } catch (error) {
    // Every other error at the deadline is a consequence of it.
    if (ending.signal.aborted) throw ending.signal.reason;
    ending.abort(); // closes the socket of a response that was refused unread
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
  // This request waited for a socket that an earlier request had begun to open.
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return new OutboundTimeoutError(host, deadline);
  return new OutboundUnreachableError(host, code);
}
