import { contextCacheSymbol } from '@pothos/core';
import { RequestCache } from '@pothos/plugin-scope-auth';
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

/** The same request with nothing kept of it: neither authorized nor loaded. */
export function freshContext({ deps, viewer, request, app, lasting }: Context): Context {
  return { deps, viewer, request, app, ...(lasting && { lasting }) };
}

/**
 * Drops what scope-auth kept while an operation ran. It is kept in a WeakMap by the context, which it
 * refers to in turn: V8's minor collections cannot break such a circle, so all that a request had would
 * fill the old space until the next major one.
 */
export function forgetOperation(context: Context): void {
  RequestCache.clearForContext(context);
}
