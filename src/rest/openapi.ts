import { OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { errorKinds } from '../errors.ts';
import { failureSchema } from './failure.ts';
import type { Route } from './route.ts';

const description = `The REST face of Patchbay: each path runs one operation of the GraphQL schema.
Every answer carries \`X-Request-Id\`. Failures are \`{"error": {"code", "message", "details"?}}\`.`;

/** The OpenAPI 3.1 document of the routes. */
export function openApiDocument(publicUrl: string, routes: readonly Route[]) {
  const app = new OpenAPIHono();
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description: 'An access key: `acc_` and 64 characters.',
  });
  for (const route of routes) app.openAPIRegistry.registerPath(describeRoute(route));
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'Patchbay', version: '1', description, license: { name: 'MIT' } },
    servers: [{ url: publicUrl }],
    security: [{ bearer: [] }],
  });
}

/** Routes of an app are on its own hostname. */
const appServer = {
  url: 'https://{hostname}',
  variables: { hostname: { default: 'app.example.com', description: "The app's hostname." } },
};

type PathDescription = Parameters<OpenAPIHono['openAPIRegistry']['registerPath']>[0];

function describeRoute(route: Route): PathDescription {
  const { method, path, summary, caller, query, body, status, answer } = route;
  const content = { 'application/json': { schema: answer } };
  const param = /\{(\w+)\}/.exec(path)?.[1];
  return {
    method,
    path,
    summary,
    operationId: operationId(route),
    ...(caller === 'app' && { servers: [appServer] }),
    request: {
      ...(param && { params: z.object({ [param]: z.uuid() }) }),
      ...(query && { query }),
      ...(body && {
        body: {
          content: { 'application/json': { schema: body } },
          required: !body.safeParse(undefined).success,
        },
      }),
    },
    responses: { [status]: { description: 'Success', content }, ...describeFailures(route) },
  };
}

function describeFailures({ query, body, failures }: Route) {
  const statuses = [
    ...(query || body ? [400] : []),
    401,
    403,
    ...failures,
    ...(body ? [413, 415] : []),
    500,
    503,
  ];
  const content = { 'application/json': { schema: failureSchema } };
  return Object.fromEntries(
    statuses.map((status) => [status, { description: wordsOf(status), content }]),
  );
}

function wordsOf(status: number): string {
  const kind = Object.values(errorKinds).find((candidate) => candidate.status === status);
  return kind?.words ?? 'Failure';
}

/** `RestCreateConnection` → `createConnection`. */
function operationId({ document }: Route): string {
  const [operation] = document.definitions.filter((node) => node.kind === 'OperationDefinition');
  const name = operation?.name?.value.replace(/^Rest/, '') ?? '';
  return name.charAt(0).toLowerCase() + name.slice(1);
}
