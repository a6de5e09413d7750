import { Hono } from 'hono';
import type { Deps } from '../../core/deps/deps.ts';
import { isAwaitedWebhook } from '../../features/requirements/awaited-accounts.ts';
import { heedWebhook } from '../../features/requirements/link-account.service.ts';
import { NotFoundError } from '../../platform/errors.ts';
import type { RestEnv } from '../http/env.ts';
import { refuseOtherMethods } from '../http/methods.ts';

const webhookPath = '/v1/pipedream/:secret';
const webhookSecretForm = /^[\w-]{43}$/;

/** Where Pipedream says that an account may be there. Its address is the only credential, and its body is not read. */
export function createPipedreamApp(deps: Deps): Hono<RestEnv> {
  const app = new Hono<RestEnv>();
  app.post(webhookPath, async (c) => {
    const secret = c.req.param('secret');
    const isKnown = webhookSecretForm.test(secret) && (await isAwaitedWebhook(deps.sql, secret));
    if (!isKnown) throw new NotFoundError('path');
    void heedWebhook(deps, secret, c.env.facts.id);
    return c.json({ message: 'accepted' });
  });
  refuseOtherMethods(app, [{ path: webhookPath, method: 'POST' }]);
  return app;
}
