import type { Context } from 'hono';
import type { RestEnv } from '../rest/rest.app.ts';

export type C = Context<RestEnv>;

export type Answer = Response | Promise<Response>;

export type PageStatus = 200 | 400 | 401 | 403 | 404 | 409 | 413 | 429 | 500 | 502 | 503;
