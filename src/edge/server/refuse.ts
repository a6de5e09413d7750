import type { ServerResponse } from 'node:http';
import type { Deps } from '../../core/deps/deps.ts';
import { errorKinds } from '../../platform/errors.ts';
import { failureJson, internalFailureJson } from '../http/failure.ts';
import { toAppError } from '../http/masking.ts';

/** Answers what failed before GraphQL or REST saw it. */
export function refuse({ log }: Deps, requestId: string, error: unknown, res: ServerResponse) {
  const known = toAppError(error);
  if (known === undefined) log.error({ err: error, requestId }, 'a request failed');
  const { status } = errorKinds[known?.kind ?? 'internal'];
  // Whoever sends a malformed request may have been misunderstood about where it ends.
  const closing = status === 400 ? { Connection: 'close' } : {};
  res.writeHead(status, { 'Content-Type': 'application/json', ...closing });
  res.end(JSON.stringify(known ? failureJson(known) : internalFailureJson(requestId)));
}
