import { Hono } from 'hono';
import { etag } from 'hono/etag';
import { authenticate } from '../../core/access/authenticate.ts';
import { logoSvg } from '../../core/catalog/logo.ts';
import { readCustomType } from '../../core/catalog/read-custom-type.ts';
import type { Deps } from '../../core/deps/deps.ts';
import { NotFoundError } from '../../platform/errors.ts';
import { isUuid } from '../../platform/input.ts';
import type { RestEnv } from '../http/env.ts';
import { refuseOtherMethods } from '../http/methods.ts';

const path = '/v1/connection-types/:type/logo.svg'; // as logoPath writes it

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
    const svg = await findLogo(deps, c.req.param('type') ?? '', c.req.query('id'));
    if (svg === undefined) throw new NotFoundError('path');
    return c.body(svg, 200, {
      'Content-Type': 'image/svg+xml',
      'Content-Security-Policy': "default-src 'none'; sandbox",
      'Cross-Origin-Resource-Policy': 'cross-origin',
      'Cache-Control': `public, max-age=${maxAge}`,
    });
  });
  refuseOtherMethods(app, [{ path, method: 'GET' }]);
  return app;
}

/** Finds the logo of a type that everybody has, or of a custom type by the id of its row. */
async function findLogo(deps: Deps, name: string, id: string | undefined) {
  if (id === undefined) {
    const type = deps.connectionTypes.of(null).find(name);
    return type && logoSvg(type);
  }
  if (!isUuid(id)) return undefined;
  const read = readCustomType((await deps.loadDefinition(id)).definition);
  return read.ok && read.type.type === name ? logoSvg(read.type) : undefined;
}
