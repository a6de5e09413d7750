import type { HostApp, RequestFacts } from '../../core/access/request-context.ts';

/** What the server knows of a request before hono routes it. */
export type RestEnv = { Bindings: { facts: RequestFacts; app: HostApp | null } };
