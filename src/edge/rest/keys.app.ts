import { Hono } from 'hono';
import { authenticate } from '../../core/access/authenticate.ts';
import type { Deps } from '../../core/deps/deps.ts';
import { loadPublishedKeys } from '../../features/connect-tokens/published-keys.ts';
import { publishedMaxAge } from '../../features/connect-tokens/signing-keys.ts';
import type { RestEnv } from '../http/env.ts';
import { refuseOtherMethods } from '../http/methods.ts';

const keysPath = '/.well-known/jwks.json';

/** Serves the public keys of connect tokens (RFC 7517), so that other programs can verify a token. */
export function createKeysApp(deps: Deps): Hono<RestEnv> {
  const app = new Hono<RestEnv>();
  app.get(keysPath, async (c) => {
    await authenticate(deps, c.req.header('authorization')); // none is needed, a bad one is refused
    const keys = await loadPublishedKeys(deps);
    return c.json({ keys }, 200, { 'Cache-Control': `public, max-age=${publishedMaxAge}` });
  });
  refuseOtherMethods(app, [{ path: keysPath, method: 'GET' }]);
  return app;
}
