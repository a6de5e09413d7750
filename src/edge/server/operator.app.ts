import { timingSafeEqual } from 'node:crypto';
import { Hono } from 'hono';
import { bearerCredential, digestCredential } from '../../core/access/credential.ts';
import type { Deps } from '../../core/deps/deps.ts';
import { mayRefresh, pendingCount } from '../../oauth/refresh/pending-writes.ts';
import type { RestEnv } from '../http/env.ts';
import { refuseOtherMethods } from '../http/methods.ts';
import type { Metrics } from './metrics.ts';

/** Creates the endpoints for an operator's tools: health, readiness and metrics. */
export function createOperatorApp(deps: Deps, { registry }: Metrics): Hono<RestEnv> {
  const app = new Hono<RestEnv>();
  app.get('/health', (c) => c.json({ status: 'ok' }));
  app.get('/ready', async (c) => {
    const problem = await findProblem(deps);
    if (problem === undefined) return c.json({ status: 'ok' });
    return c.json({ status: 'unavailable', ...problem }, 503);
  });
  app.get('/metrics', async (c) => {
    const { metricsToken } = deps.config;
    if (metricsToken !== undefined && !isSameToken(c.req.header('authorization'), metricsToken)) {
      return c.text('Send METRICS_TOKEN as a bearer token.', 401, { 'WWW-Authenticate': 'Bearer' });
    }
    return c.body(await registry.metrics(), 200, { 'Content-Type': registry.contentType });
  });
  refuseOtherMethods(
    app,
    ['/health', '/ready', '/metrics'].map((path) => ({ path, method: 'GET' })),
  );
  return app;
}

/**
 * Returns what prevents this process from working: the database, the vault, or tokens that are not stored
 * yet.
 */
async function findProblem(deps: Deps): Promise<Record<string, string> | undefined> {
  if (deps.stopping.signal.aborted) return { process: 'stops' };
  const pending = pendingCount(deps);
  if (!mayRefresh(deps)) return { tokens: `${pending} wait to be stored` };
  try {
    await deps.sql('ready', 'SELECT 1', []);
  } catch (error) {
    deps.log.warn({ err: error }, 'could not reach the database');
    return { database: 'does not answer' };
  }
  try {
    await deps.vault.sealingKey(null);
    return undefined;
  } catch (error) {
    deps.log.error({ err: error }, 'could not open a sealed value');
    return { vault: 'does not open' };
  }
}

/* Compares digests, which have one length, so that the comparison always takes the same time. */
function isSameToken(header: string | undefined, token: string): boolean {
  const given = bearerCredential(header ?? '') ?? '';
  return timingSafeEqual(digestCredential(given), digestCredential(token));
}
