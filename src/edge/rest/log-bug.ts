import type { RequestContext } from '../../core/access/request-context.ts';
import { findBug } from '../http/masking.ts';

/** Logs an error that is a bug rather than a failure that the client learns of. */
export function logBug(
  { deps, request }: Pick<RequestContext, 'deps' | 'request'>,
  error: unknown,
): void {
  const bug = findBug(error);
  if (bug !== undefined) {
    deps.log.error({ err: bug, requestId: request.id }, 'a REST request failed');
  }
}
