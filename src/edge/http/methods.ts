import type { Hono } from 'hono';
import { AppError } from '../../platform/errors.ts';
import type { RestEnv } from './env.ts';
import { failureJson } from './failure.ts';

/** A path and a method that it supports. */
type Taken = { path: string; method: string };

/**
 * Makes each known path respond to other methods with 405, and to OPTIONS with the supported methods.
 */
export function refuseOtherMethods(app: Hono<RestEnv>, taken: readonly Taken[]): void {
  const methods = new Map<string, string[]>();
  for (const { path, method } of taken) {
    const known = methods.get(path) ?? [];
    methods.set(path, [...known, method, ...(method === 'GET' ? ['HEAD'] : [])]);
  }
  for (const [path, known] of methods) {
    const allow = [...known, 'OPTIONS'].join(', ');
    app.options(path, (c) => c.body(null, 204, { Allow: allow }));
    app.all(path, (c) => {
      const error = new AppError('method_not_allowed', `Use ${allow} on this path.`);
      return c.json(failureJson(error), 405, { Allow: allow });
    });
  }
}
