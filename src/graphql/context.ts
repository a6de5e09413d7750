import type { RequestContext } from '../access/request-context.ts';

/** What every resolver gets: nothing that a service does not. */
export type Context = RequestContext;
