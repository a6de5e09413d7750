import { OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { proxyRequest } from '../../features/connections/proxy-request.operation.ts';
import { errorKinds } from '../../platform/errors.ts';
import { failureSchema } from '../http/failure.ts';
import { bodySchema, type Route, type RouteCaller } from './route.ts';

const apiDescription = `The REST API of Patchbay: each path performs an operation that GraphQL offers too.
Every response has the header \`X-Request-Id\`. Failures are \`{"error": {"code", "message", "details"?}}\`.`;

/** Returns the OpenAPI 3.1 document of the routes. */
export function openApiDocument(publicUrl: string, routes: readonly Route[]) {
  const app = new OpenAPIHono();
  for (const [name, [bearerFormat, about]] of Object.entries(credentials)) {
    const scheme = { type: 'http', scheme: 'bearer', bearerFormat, description: about } as const;
    app.openAPIRegistry.registerComponent('securitySchemes', name, scheme);
  }
  for (const route of routes) app.openAPIRegistry.registerPath(describeRoute(route));
  for (const method of proxiedMethods) app.openAPIRegistry.registerPath(describeProxy(method));
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Patchbay',
      version: '1',
      description: apiDescription,
      contact: { name: 'The operator of this server' },
      license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
    },
    servers: [{ url: publicUrl }],
    tags: Object.values(audiences).map(({ tag: name, about }) => ({ name, description: about })),
  });
}

/** The kinds of credential, each with its form and a description. */
const credentials = {
  accessKey: ['acc_…', 'An access key: `acc_` and 64 characters.'],
  personalAccessToken: ['pat_…', 'A personal access token: `pat_` and 64 characters.'],
  identityToken: [
    'JWT',
    'A token of the identity provider that the server trusts (`OIDC_ISSUER`).',
  ],
  connectToken: ['JWT', 'A connect token: a JWT for one user of one app, valid for 24 hours.'],
} as const;

/** The alternatives of a route: each of them is enough. An empty one means that no credential is needed. */
type Security = Partial<Record<keyof typeof credentials, string[]>>[];

const members: Security = [{ accessKey: [] }, { personalAccessToken: [] }, { identityToken: [] }];

/** The audiences of routes: a tag, and the credential that the caller needs. */
const audiences: Record<RouteCaller, { tag: string; about: string; security: Security }> = {
  member: {
    tag: 'Connections',
    about: 'For the members of an organization and for their programs.',
    security: members,
  },
  'end user': {
    tag: 'End users',
    about: 'For the end users of an app, with a connect token.',
    security: [{ connectToken: [] }],
  },
  app: {
    tag: 'Apps',
    about: "For the backend of an app, on the app's hostname. A public app needs no credential.",
    security: [{}, ...members],
  },
};

/** The server of the routes of an app, which are on the app's own hostname. */
const appServer = {
  url: 'https://{hostname}',
  variables: { hostname: { default: 'app.example.com', description: 'The hostname of the app.' } },
};

type PathDescription = Parameters<OpenAPIHono['openAPIRegistry']['registerPath']>[0];

function describeRoute(route: Route): PathDescription {
  const { method, path, summary, description, caller, query, example, status, answer } = route;
  const body = route.body && bodySchema(route);
  const { tag, security } = audiences[caller];
  const content = { 'application/json': { schema: answer } };
  const param = /\{(\w+)\}/.exec(path)?.[1];
  return {
    method,
    path,
    summary,
    description,
    tags: [tag],
    security,
    operationId: route.operationId,
    ...(caller === 'app' && { servers: [appServer] }),
    request: {
      ...(param && { params: z.object({ [param]: param === 'type' ? z.string() : z.uuid() }) }),
      ...(query && { query }),
      ...(body && {
        body: {
          content: { 'application/json': { schema: body, ...(example && { example }) } },
          required: !route.isBodyOptional,
        },
      }),
    },
    responses: {
      [status]: { description: 'Success', content, headers: documentedHeaders(status) },
      ...describeFailures(route),
    },
  };
}

/** The methods of the proxy that OpenAPI can describe with a common body. All others work alike. */
const proxiedMethods = ['get', 'post', 'put', 'patch', 'delete'] as const;

/* No row of the table: it streams, and its path has any number of segments, which OpenAPI cannot say. */
function describeProxy(method: (typeof proxiedMethods)[number]): PathDescription {
  const { tag, security } = audiences.member;
  const anything = { '*/*': { schema: z.string().meta({ format: 'binary' }) } };
  const marked = {
    ...documentedHeaders(200),
    'Patchbay-Proxy': {
      description: '`upstream`: a response of the service.',
      schema: { type: 'string' },
    },
  } as const;
  const failures = [400, 401, 403, 404, 409, 413, 429, 500, 502, 503, 504];
  const hasBody = method !== 'get' && method !== 'delete';
  return {
    method,
    path: '/v1/connections/{connection_id}/proxy/{path}',
    summary: `Send a ${method.toUpperCase()} request to the service of a connection`,
    description:
      'Sends the request below the base URL of the connection’s type, with the credential put in. Every other method but CONNECT and TRACE works too. The status, the headers and the body of the service come back as they are, with `Patchbay-Proxy: upstream`; a failure of this server has `Patchbay-Proxy: patchbay`.',
    tags: [tag],
    security,
    operationId: `${proxyRequest.name}${method.charAt(0).toUpperCase()}${method.slice(1)}`,
    request: {
      params: z.object({
        connection_id: z.uuid(),
        path: z.string().describe('Path and query at the service. It may contain slashes.'),
      }),
      ...(hasBody && { body: { content: anything, required: false } }),
    },
    responses: {
      200: {
        description: 'The response of the service, whatever its status',
        content: anything,
        headers: marked,
      },
      ...Object.fromEntries(failures.map((status) => [status, describeFailure(status)])),
    },
  };
}

function describeFailures({ body, failures }: Route) {
  const statuses = [
    400, // every route refuses a malformed Host
    401,
    403,
    ...failures,
    ...(body ? [413, 415] : []),
    500,
    503,
  ];
  return Object.fromEntries(statuses.map((status) => [status, describeFailure(status)]));
}

function describeFailure(status: number) {
  const kind = Object.values(errorKinds).find((candidate) => candidate.status === status);
  const { rest: code, words } = kind ?? errorKinds.internal;
  const example = { error: { code, message: words } };
  const content = { 'application/json': { schema: failureSchema, example } };
  return { description: words, content, headers: documentedHeaders(status) };
}

function documentedHeaders(status: number) {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([, { only }]) => only === undefined || only === status)
      .map(([name, { about, type }]) => [name, { description: about, schema: { type } }]),
  );
}

/** The headers of responses. Some of them come only with one status. */
const headers: Record<string, { about: string; type: 'string' | 'integer'; only?: number }> = {
  'X-Request-Id': { about: 'What the log has the request under.', type: 'string' },
  'WWW-Authenticate': { about: 'Always `Bearer`.', type: 'string', only: 401 },
  'Retry-After': { about: 'When to try again, in seconds.', type: 'integer', only: 429 },
};
