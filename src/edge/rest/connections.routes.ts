import { z } from 'zod';
import { newConnection } from '../../features/connections/connection.input.ts';
import {
  listConnections,
  readConnection,
} from '../../features/connections/connections.operations.ts';
import { createConnection } from '../../features/connections/create-connection.operation.ts';
import { deleteConnection } from '../../features/connections/delete-connection.operation.ts';
import { fetchCredentials } from '../../features/connections/fetch-credentials.operation.ts';
import { updateConnection } from '../../features/connections/update-connection.operation.ts';
import { requireVerificationsLeft } from '../../features/connections/verification-limits.ts';
import {
  verifyConfig,
  verifyConnection,
} from '../../features/connections/verify-connection.operations.ts';
import { authorizeConnection } from '../../oauth/consent/authorize-connection.operation.ts';
import { ConnectionStatus } from '../../platform/db/generated/enums.ts';
import { NotFoundError } from '../../platform/errors.ts';
import { searchedName, searchText, uuid } from '../../platform/input.ts';
import { defaultLimits, defaultPageSize } from '../../platform/limits.ts';
import {
  connectionJson,
  connectionSchema,
  connectionsJson,
  credentialsSchema,
  messageSchema,
  timeJson,
  verificationJson,
  verificationSchema,
} from './connection.json.ts';
import { dataSchema, pageSchema, pagination } from './envelope.ts';
import { flag } from './query.ts';
import { type Route, route } from './route.ts';

/* The schemas of query parameters. Their values are texts, which each schema checks and converts. */

/** A parameter whose value is one of some words. */
function word<const Words extends readonly string[]>(words: Words) {
  return z.enum(words, { error: `must be one of: ${words.join(', ')}` });
}

const pageNumber = z
  .string()
  .regex(/^[1-9]\d{0,8}$/, 'must be a whole number from 1')
  .transform(Number);

const pageSizeRange = `must be a whole number from 1 to ${defaultLimits.pageSize}`;

const pageSize = z
  .string()
  .regex(/^\d{1,3}$/, pageSizeRange)
  .transform(Number)
  .refine((size) => size >= 1 && size <= defaultLimits.pageSize, pageSizeRange);

/** The type of a number in the OpenAPI document. The schema itself reads a text. */
const wholeNumberParameter = { type: 'integer', minimum: 1 } as const;

/** The routes of `/v1/connections`. */
export const connectionRoutes: readonly Route[] = [
  route({
    method: 'post',
    path: '/v1/connections',
    summary: 'Store a connection',
    description:
      'Checks the config against its type and seals it. An OAuth connection starts as `incomplete`, every other as `active`.',
    operation: createConnection,
    body: ['project_id', 'name', 'type', 'config', 'verify'],
    bodyChecks: { project_id: uuid }, // GraphQL takes any text, and finds nothing by it
    example: {
      project_id: '019aa0f0-0000-7000-8000-000000000000',
      name: 'Search',
      type: 'dynamiq.connections.Pinecone',
      config: { api_key: 'replace-me' },
    },
    status: 201,
    answer: dataSchema(connectionSchema),
    failures: [404, 409],
    toInput: ({ body }) => body,
    toJson: async (connection, context) => ({ data: await connectionJson(context, connection) }),
  }),
  route({
    method: 'get',
    path: '/v1/connections',
    summary: "List a project's connections, newest first",
    description: 'Returns one page of connections without their secrets.',
    operation: listConnections,
    query: z.object({
      project_id: uuid
        .optional()
        .describe('May be left out only with a key that is bound to a project.'),
      type: searchText.optional(),
      status: word(Object.values(ConnectionStatus)).optional(),
      search: searchedName
        .optional()
        .describe('The beginning of the name, in upper or lower case.'),
      include_system: flag.default(false).meta({ type: 'boolean', default: false }),
      page: pageNumber.default(1).meta({ ...wholeNumberParameter, default: 1 }),
      page_size: pageSize.default(defaultPageSize).meta({
        ...wholeNumberParameter,
        maximum: defaultLimits.pageSize,
        default: defaultPageSize,
      }),
    }),
    answer: pageSchema(connectionSchema),
    failures: [404],
    toInput: ({ query }) => ({
      projectId: query.project_id,
      filter: {
        type: query.type,
        status: query.status,
        search: query.search,
        includeSystem: query.include_system,
      },
      page: { first: query.page_size, page: query.page },
      withTotal: true,
    }),
    toJson: async ({ edges, count }, context, query) => ({
      data: await connectionsJson(
        context,
        edges.map(({ node }) => node),
      ),
      pagination: pagination(query.page, query.page_size, await count()),
    }),
  }),
  route({
    method: 'get',
    path: '/v1/connections/{connection_id}',
    summary: 'Read a connection, without its secrets',
    description:
      'Returns the config without its secret fields, whose names are in `secret_fields`.',
    operation: readConnection,
    answer: dataSchema(connectionSchema),
    failures: [404],
    toInput: ({ id }) => ({ id }),
    toJson: async (connection, context) => {
      if (connection === null) throw new NotFoundError('connection');
      return { data: await connectionJson(context, connection) };
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
    operation: updateConnection,
    body: ['name', 'type', 'config', 'version', 'verify', 'confirm_account_change'],
    bodyChecks: { type: newConnection.type, config: newConnection.config }, // PUT is a whole config
    answer: dataSchema(connectionSchema),
    failures: [404, 409],
    toInput: ({ id, body }) => ({ ...body, id }),
    toJson: async (connection, context) => ({ data: await connectionJson(context, connection) }),
  }),
  route({
    method: 'delete',
    path: '/v1/connections/{connection_id}',
    summary: 'Delete a connection',
    description:
      'Deletes the connection. It fails with 409 while a reference says that something uses it.',
    operation: deleteConnection,
    answer: messageSchema,
    failures: [404, 409],
    toInput: ({ id }) => ({ id }),
    toJson: () => ({ message: 'deleted' }),
  }),
  route({
    method: 'post',
    path: '/v1/connections/{connection_id}/credentials',
    summary: 'Fetch the credentials: the only way to secrets, audited',
    description:
      'Returns the whole decrypted config, or a fresh access token of an OAuth connection. Every call is audited.',
    operation: fetchCredentials,
    body: [],
    isBodyOptional: true,
    answer: dataSchema(credentialsSchema),
    failures: [404, 409, 502],
    toInput: ({ id }) => ({ id }),
    toJson: ({ connectionId, type, config, expiresAt }) => ({
      data: { id: connectionId, type, config, expires_at: expiresAt && timeJson(expiresAt) },
    }),
  }),
  route({
    method: 'post',
    path: '/v1/connections/{connection_id}/verify',
    summary: 'Verify the credentials of a connection',
    description:
      'Asks the service whether the credentials work, and stores the verdict beside the connection, whose status stays as it is.',
    operation: verifyConnection,
    body: ['confirm_account_change'],
    isBodyOptional: true,
    admit: requireVerificationsLeft,
    answer: dataSchema(verificationSchema),
    failures: [404, 409, 429],
    toInput: ({ id, body }) => ({ ...body, id }),
    toJson: (verification) => ({ data: verificationJson(verification) }),
  }),
  route({
    method: 'post',
    path: '/v1/connections/verify',
    summary: 'Verify credentials that are not stored',
    description: 'Asks the service whether the credentials in a config work. It stores nothing.',
    operation: verifyConfig,
    body: ['project_id', 'type', 'config'],
    bodyChecks: { project_id: uuid },
    example: {
      project_id: '019aa0f0-0000-7000-8000-000000000000',
      type: 'dynamiq.connections.Pinecone',
      config: { api_key: 'replace-me' },
    },
    admit: requireVerificationsLeft,
    answer: dataSchema(verificationSchema),
    failures: [404, 429],
    toInput: ({ body }) => body,
    toJson: (verification) => ({ data: verificationJson(verification) }),
  }),
  route({
    method: 'post',
    path: '/v1/connections/{connection_id}/oauth2/authorize',
    summary: 'Begin a consent at the provider',
    description:
      "Returns the provider's page for the browser. The connection becomes `active` when the consent is given.",
    example: { redirect_url: 'https://app.example.com/connected' },
    operation: authorizeConnection,
    body: ['redirect_url'],
    isBodyOptional: true,
    answer: dataSchema(z.object({ url: z.url() })),
    failures: [404],
    toInput: ({ id, body }) => ({ ...body, id }),
    toJson: ({ url }) => ({ data: { url } }),
  }),
];
