import { contextCacheSymbol } from '@pothos/core';
import type { RequestContext } from '../access/request-context.ts';
import type { Viewer } from '../access/viewer.ts';

/** What every resolver gets: nothing that a service does not. */
export type Context = RequestContext;

/**
 * The same request by another viewer. What Pothos keeps of a request it finds by the context, or by
 * what stands under its symbol: the context that this one was made of.
 */
export function asViewer(context: Context, viewer: Viewer): Context {
  return Object.assign({ ...context, viewer }, { [contextCacheSymbol]: context });
}
