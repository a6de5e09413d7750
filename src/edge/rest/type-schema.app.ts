import { Hono } from 'hono';
import { z } from 'zod';
import { authenticate } from '../../core/access/authenticate.ts';
import { customForm } from '../../core/catalog/type-definition.ts';
import type { Deps } from '../../core/deps/deps.ts';
import type { RestEnv } from '../http/env.ts';
import { refuseOtherMethods } from '../http/methods.ts';

const schemaPath = '/v1/connection-type.schema.json';

/**
 * Serves the JSON Schema of a definition, for editors and generators. It cannot express the checks of several
 * keys together, such as that a rule names fields that exist.
 */
export function createTypeSchemaApp(deps: Deps): Hono<RestEnv> {
  const app = new Hono<RestEnv>();
  let made: object | undefined;
  app.get(schemaPath, async (c) => {
    await authenticate(deps, c.req.header('authorization')); // none is needed, a bad one is refused
    made ??= formSchema(`${deps.config.publicUrl}${schemaPath}`);
    return c.json(made, 200, { 'Cache-Control': 'public, max-age=3600' });
  });
  refuseOtherMethods(app, [{ path: schemaPath, method: 'GET' }]);
  return app;
}

function formSchema(id: string): object {
  const { $schema, ...schema } = z.toJSONSchema(customForm, {
    target: 'draft-2020-12',
    io: 'input',
    unrepresentable: 'any',
  });
  return { $schema, $id: id, title: 'Connection type', ...schema };
}
