import { Hono } from 'hono';
import { etag } from 'hono/etag';
import { authenticate } from '../../core/access/authenticate.ts';
import { findShippedType } from '../../core/catalog/catalog.ts';
import { logoPath, logoSvg } from '../../core/catalog/logo.ts';
import type { Deps } from '../../core/deps/deps.ts';
import { NotFoundError } from '../../platform/errors.ts';
import type { RestEnv } from '../http/env.ts';
import { refuseOtherMethods } from '../http/methods.ts';

const path = logoPath(':type');

/** Seconds for which a browser uses a logo without asking again. */
const maxAge = 86_400;

/**
 * Serves the logos of connection types. They need no credential, because a browser sends none for an image.
 * A browser that opens one as a page runs nothing in it.
 */
export function createLogosApp(deps: Deps): Hono<RestEnv> {
  const app = new Hono<RestEnv>();
  app.get(path, etag(), async (c) => {
    await authenticate(deps, c.req.header('authorization'));
    const type = findShippedType(c.req.param('type') ?? '');
    if (type === undefined) throw new NotFoundError('path');
    return c.body(logoSvg(type), 200, {
      'Content-Type': 'image/svg+xml',
      'Content-Security-Policy': "default-src 'none'; sandbox",
      'Cross-Origin-Resource-Policy': 'cross-origin',
      'Cache-Control': `public, max-age=${maxAge}`,
    });
  });
  refuseOtherMethods(app, [{ path, method: 'GET' }]);
  return app;
}
