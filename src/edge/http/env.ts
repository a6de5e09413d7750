import type { HostApp, RequestFacts } from '../../core/access/request-context.ts';

/** The facts that the server knows about a request before hono routes it. */
export type RestEnv = { Bindings: { facts: RequestFacts; app: HostApp | null } };
