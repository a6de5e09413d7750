import { Hono } from 'hono';
import { authenticate } from '../../core/access/authenticate.ts';
import type { Deps } from '../../core/deps/deps.ts';
import type { RestEnv } from '../http/env.ts';
import { refuseOtherMethods } from '../http/methods.ts';
import { DocsPage, docsPolicy } from './docs-page.tsx';
import { openApiDocument } from './openapi.ts';
import type { Route } from './route.ts';

/**
 * Serves the OpenAPI document and its page. Both need no credential, but a credential that is not valid is
 * refused, so that a client learns about its mistake.
 */
export function createDocsApp(deps: Deps, routes: readonly Route[]): Hono<RestEnv> {
  const app = new Hono<RestEnv>();
  let made: ReturnType<typeof openApiDocument> | undefined;
  const document = () => {
    made ??= openApiDocument(deps.config.publicUrl, routes);
    return made;
  };
  app.get('/v1/openapi.json', async (c) => {
    await authenticate(deps, c.req.header('authorization'));
    return c.json(document());
  });
  app.get('/docs', (c) => {
    c.header('Content-Security-Policy', docsPolicy);
    return c.html(<DocsPage document={document()} />);
  });
  refuseOtherMethods(
    app,
    ['/v1/openapi.json', '/docs'].map((path) => ({ path, method: 'GET' })),
  );
  return app;
}
