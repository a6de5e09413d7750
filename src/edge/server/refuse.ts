import type { ServerResponse } from 'node:http';
import type { Deps } from '../../core/deps/deps.ts';
import { errorKinds } from '../../platform/errors.ts';
import { failureJson, internalFailureJson } from '../http/failure.ts';
import { toAppError } from '../http/masking.ts';

/** Sends the response for a failure before GraphQL or REST saw the request. */
export function refuseRequest(
  { log }: Deps,
  requestId: string,
  error: unknown,
  res: ServerResponse,
) {
  const known = toAppError(error);
  if (known === undefined) log.error({ err: error, requestId }, 'a request failed');
  const { status } = errorKinds[known?.kind ?? 'internal'];
  // After a malformed request we cannot know where it ends, so close the connection.
  const closing = status === 400 ? { Connection: 'close' } : {};
  res.writeHead(status, { 'Content-Type': 'application/json', ...closing });
  res.end(JSON.stringify(known ? failureJson(known) : internalFailureJson(requestId)));
}
