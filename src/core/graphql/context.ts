import { contextCacheSymbol } from '@pothos/core';
import { RequestCache } from '@pothos/plugin-scope-auth';
import type { RequestContext } from '../access/request-context.ts';
import type { Viewer } from '../access/viewer.ts';

/** The context of every resolver, which is that of every service. */
export type Context = RequestContext;

/**
 * Returns the context of the same request with another viewer. Pothos finds its caches by the context, so
 * the new context points to the one that it was made from.
 */
export function asViewer(context: Context, viewer: Viewer): Context {
  return Object.assign({ ...context, viewer }, { [contextCacheSymbol]: context });
}

/**
 * Returns the context of the same request without any cache of Pothos: nothing is authorized or loaded
 * yet.
 */
export function freshContext({ deps, viewer, request, app, lasting }: Context): Context {
  return { deps, viewer, request, app, ...(lasting && { lasting }) };
}

/**
 * Drops what the scope-auth plugin has cached during an operation. The cache is a WeakMap by the context,
 * and refers back to the context: a minor collection of V8 cannot free such a circle, so all data of the
 * requests would fill the old space until the next major collection.
 */
export function forgetOperation(context: Context): void {
  RequestCache.clearForContext(context);
}
