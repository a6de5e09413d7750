import { z } from 'zod';
import {
  connectionChanges,
  newConnection,
  withChangedConfig,
  withNewConfig,
} from '../../features/connections/connection.input.ts';
import { requireConfigOf } from '../../features/connections/update-connection.service.ts';
import { NotFoundError } from '../../platform/errors.ts';
import { orBlank, searchedName, searchText, url, uuid } from '../../platform/input.ts';
import { defaultLimits, defaultPageSize } from '../../platform/limits.ts';
import {
  connectionJson,
  connectionSchema,
  connectionsJson,
  credentialsSchema,
  messageSchema,
  timeJson,
} from './connection.json.ts';
import { dataSchema, pageSchema, pagination, resultOf } from './envelope.ts';
import {
  RestAuthorizeConnectionDocument,
  RestConnectionDocument,
  RestConnectionsDocument,
  RestCreateConnectionDocument,
  RestDeleteConnectionDocument,
  RestFetchCredentialsDocument,
  RestUpdateConnectionDocument,
} from './generated/operations.ts';
import { flag, noBody, pageNumber, pageSize, word } from './query.ts';
import { type Route, requireNoErrors, route } from './route.ts';

const statuses = { active: 'ACTIVE', incomplete: 'INCOMPLETE', expired: 'EXPIRED' } as const;

/** What OpenAPI is told, where the server reads text. */
const wholeNumber = { type: 'integer', minimum: 1 } as const;

/** The rows of `/v1/connections`. */
export const connectionRoutes: readonly Route[] = [
  route({
    method: 'post',
    path: '/v1/connections',
    summary: 'Store a connection',
    description:
      'Checks the config against its type and seals it. An OAuth connection starts as `incomplete`, every other as `active`.',
    document: RestCreateConnectionDocument,
    body: withNewConfig(z.strictObject({ project_id: uuid, ...newConnection })),
    example: {
      project_id: '019aa0f0-0000-7000-8000-000000000000',
      name: 'Search',
      type: 'dynamiq.connections.Pinecone',
      config: { api_key: 'replace-me' },
    },
    status: 201,
    answer: dataSchema(connectionSchema),
    failures: [404, 409],
    toVariables: ({ body: { project_id, name, type, config } }) => ({
      input: { projectId: project_id, name, type, config },
    }),
    toAnswer: (outcome, errors) => {
      requireNoErrors(errors);
      return { data: connectionJson(resultOf(outcome)) };
    },
  }),
  route({
    method: 'get',
    path: '/v1/connections',
    summary: "List a project's connections, newest first",
    description: 'Returns one page of connections without their secrets.',
    document: RestConnectionsDocument,
    query: z.object({
      project_id: uuid
        .optional()
        .describe('May be left out only with a key that is bound to a project.'),
      type: searchText.optional(),
      status: word(Object.keys(statuses) as (keyof typeof statuses)[]).optional(),
      search: searchedName.optional().describe('How the name begins, whatever its case.'),
      include_system: flag.default(false).meta({ type: 'boolean', default: false }),
      page: pageNumber.default(1).meta({ ...wholeNumber, default: 1 }),
      page_size: pageSize
        .default(defaultPageSize)
        .meta({ ...wholeNumber, maximum: defaultLimits.pageSize, default: defaultPageSize }),
    }),
    answer: pageSchema(connectionSchema),
    failures: [404],
    toVariables: ({ query }) => ({
      projectId: query.project_id,
      filter: {
        type: query.type,
        status: query.status && statuses[query.status],
        search: query.search,
        includeSystem: query.include_system,
      },
      page: query.page,
      pageSize: query.page_size,
    }),
    toAnswer: ({ nodes, totalCount }, errors, { query }) => ({
      data: connectionsJson(nodes, errors),
      pagination: pagination(query.page, query.page_size, totalCount),
    }),
  }),
  route({
    method: 'get',
    path: '/v1/connections/{connection_id}',
    summary: 'Read a connection, without its secrets',
    description:
      'Returns the config without its secret fields, whose names are in `secret_fields`.',
    document: RestConnectionDocument,
    answer: dataSchema(connectionSchema),
    failures: [404],
    toVariables: ({ id }) => ({ id }),
    toAnswer: (connection, errors) => {
      requireNoErrors(errors);
      if (connection === null) throw new NotFoundError('connection');
      return { data: connectionJson(connection) };
    },
  }),
  route({
    method: 'put',
    path: '/v1/connections/{connection_id}',
    summary: 'Change a connection',
    description:
      'Replaces the config. A secret field that is left out keeps its value; null removes it.',
    example: {
      name: 'Search',
      type: 'dynamiq.connections.Pinecone',
      config: { api_key: 'replace-me' },
    },
    document: RestUpdateConnectionDocument,
    body: withChangedConfig(
      z.strictObject({
        ...connectionChanges,
        type: newConnection.type,
        config: newConnection.config,
      }),
    ),
    answer: dataSchema(connectionSchema),
    failures: [404, 409],
    toVariables: ({ id, body }) => ({ input: { id, ...body } }),
    toAnswer: (outcome, errors, { body: { type, config } }) => {
      requireNoErrors(errors);
      // The operation asks for the role first; of REST a bad body is told before it.
      if (outcome.__typename === 'ForbiddenError') requireConfigOf(type, config);
      return { data: connectionJson(resultOf(outcome)) };
    },
  }),
  route({
    method: 'delete',
    path: '/v1/connections/{connection_id}',
    summary: 'Delete a connection',
    description: 'Deletes the connection. It fails with 409 while something registered uses it.',
    document: RestDeleteConnectionDocument,
    answer: messageSchema,
    failures: [404, 409],
    toVariables: ({ id }) => ({ input: { id } }),
    toAnswer: (outcome, errors) => {
      requireNoErrors(errors);
      resultOf(outcome);
      return { message: 'deleted' };
    },
  }),
  route({
    method: 'post',
    path: '/v1/connections/{connection_id}/credentials',
    summary: 'Fetch the credentials: the only way to secrets, audited',
    description:
      'Returns the whole decrypted config, or a fresh access token of an OAuth connection. Every call is audited.',
    document: RestFetchCredentialsDocument,
    body: noBody,
    answer: dataSchema(credentialsSchema),
    failures: [404, 409, 502],
    toVariables: ({ id }) => ({ input: { id } }),
    toAnswer: (outcome, errors) => {
      requireNoErrors(errors);
      const { connectionId, type, config, expiresAt } = resultOf(outcome);
      const expires_at = expiresAt && timeJson(expiresAt);
      return { data: { id: connectionId, type, config, expires_at } };
    },
  }),
  route({
    method: 'post',
    path: '/v1/connections/{connection_id}/oauth2/authorize',
    summary: 'Begin a consent at the provider',
    description:
      "Returns the provider's page for the browser. The connection becomes `active` when the consent is given.",
    example: { redirect_url: 'https://app.example.com/connected' },
    document: RestAuthorizeConnectionDocument,
    body: z.strictObject({ redirect_url: orBlank(url) }).optional(),
    answer: dataSchema(z.object({ url: z.url() })),
    failures: [404],
    toVariables: ({ id, body }) => ({ input: { id, redirectUrl: body?.redirect_url } }),
    toAnswer: (outcome, errors) => {
      requireNoErrors(errors);
      return { data: { url: resultOf(outcome).url } };
    },
  }),
];
