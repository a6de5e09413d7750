import { z } from 'zod';
import {
  connectionChanges,
  newConnection,
  withChangedConfig,
  withNewConfig,
} from '../connections/connection.input.ts';
import { NotFoundError } from '../errors.ts';
import { searchText, url, uuid } from '../input.ts';
import { defaultPageSize } from '../limits.ts';
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

/** The rows of `/v1/connections`. */
export const connectionRoutes: readonly Route[] = [
  route({
    method: 'post',
    path: '/v1/connections',
    summary: 'Store a connection',
    document: RestCreateConnectionDocument,
    body: withNewConfig(z.strictObject({ project_id: uuid, ...newConnection })),
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
    document: RestConnectionsDocument,
    query: z.object({
      project_id: uuid
        .optional()
        .describe('May be left out only with a key that is bound to a project.'),
      type: searchText.optional(),
      status: word(Object.keys(statuses) as (keyof typeof statuses)[]).optional(),
      search: searchText.optional().describe('How the name begins, whatever its case.'),
      include_system: flag.default(false),
      page: pageNumber.default(1),
      page_size: pageSize.default(defaultPageSize),
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
    toAnswer: (outcome, errors) => {
      requireNoErrors(errors);
      return { data: connectionJson(resultOf(outcome)) };
    },
  }),
  route({
    method: 'delete',
    path: '/v1/connections/{connection_id}',
    summary: 'Delete a connection',
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
    document: RestAuthorizeConnectionDocument,
    body: z.strictObject({ redirect_url: url.nullish() }).optional(),
    answer: dataSchema(z.object({ url: z.url() })),
    failures: [404],
    toVariables: ({ id, body }) => ({ input: { id, redirectUrl: body?.redirect_url } }),
    toAnswer: (outcome, errors) => {
      requireNoErrors(errors);
      return { data: { url: resultOf(outcome).url } };
    },
  }),
];
