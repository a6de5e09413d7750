import type { RequestContext } from '../access/request-context.ts';

/** The context of every resolver, which is that of every service. */
export type Context = RequestContext;

/**
 * Returns the context of the same request without any cache of Pothos: nothing is authorized or loaded
 * yet.
 */
export function freshContext({ deps, viewer, request, app, lasting }: Context): Context {
  return { deps, viewer, request, app, ...(lasting && { lasting }) };
}
