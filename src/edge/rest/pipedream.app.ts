import { Hono } from 'hono';
import type { Deps } from '../../core/deps/deps.ts';
import { isAwaitedWebhook } from '../../features/requirements/awaited-accounts.ts';
import { heedWebhook } from '../../features/requirements/link-account.service.ts';
import { NotFoundError } from '../../platform/errors.ts';
import type { RestEnv } from '../http/env.ts';
import { refuseOtherMethods } from '../http/methods.ts';

const webhookPath = '/v1/pipedream/:secret';
const webhookSecretForm = /^[\w-]{43}$/;

/**
 * Serves the webhooks of Pipedream, which say that an account may exist. The random part of the address is
 * the only credential. The body is not read, because anybody who knows the address could have sent it.
 */
export function createPipedreamApp(deps: Deps): Hono<RestEnv> {
  const app = new Hono<RestEnv>();
  app.post(webhookPath, async (c) => {
    const secret = c.req.param('secret');
    const isKnown = webhookSecretForm.test(secret) && (await isAwaitedWebhook(deps.sql, secret));
    if (!isKnown) throw new NotFoundError('path');
    // Responds at once: Pipedream need not wait until its own API has been asked.
    void heedWebhook(deps, secret, c.env.facts.id);
    return c.json({ message: 'accepted' });
  });
  refuseOtherMethods(app, [{ path: webhookPath, method: 'POST' }]);
  return app;
}
