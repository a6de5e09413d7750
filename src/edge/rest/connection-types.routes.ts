import { z } from 'zod';
import {
  listConnectionTypes,
  readConnectionType,
} from '../../features/connection-types/catalog.operations.ts';
import {
  createConnectionType,
  deleteConnectionType,
  updateConnectionType,
} from '../../features/custom-types/custom-types.operations.ts';
import { NotFoundError } from '../../platform/errors.ts';
import { searchText, uuid } from '../../platform/input.ts';
import { connectionSchema, connectionsJson, messageSchema } from './connection.json.ts';
import { listedTypeJson, listedTypeSchema, typeJson, typeSchema } from './connection-type.json.ts';
import { dataSchema } from './envelope.ts';
import { flag } from './query.ts';
import { type Route, route } from './route.ts';

const definitionSchema = z
  .record(z.string(), z.unknown())
  .describe('A definition, whose form is the JSON Schema at `/v1/connection-type.schema.json`.');

const example = {
  type: 'custom.Acme',
  label: 'Acme',
  fields: [{ name: 'api_key', kind: 'string', required: true, secret: true }],
  http: {
    base_url: 'https://api.acme.example/v1',
    inject: [{ in: 'header', name: 'Authorization', value: 'Bearer {api_key}' }],
  },
};

const oneType = '/v1/connection-types/{type}';

/** The routes of `/v1/connection-types`. */
export const connectionTypeRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/v1/connection-types',
    summary: 'List the connection types',
    description: 'Returns the shipped types and the custom ones that the caller can see.',
    operation: listConnectionTypes,
    query: z.object({
      project_id: uuid.optional().describe('Leaves out the custom types of all other projects.'),
      category: searchText.optional(),
      search: searchText.optional().describe('A part of a label or an identifier.'),
    }),
    answer: dataSchema(z.array(listedTypeSchema)),
    failures: [404],
    toInput: ({ query }) => ({
      projectId: query.project_id,
      category: query.category,
      search: query.search,
    }),
    toJson: (types, context) => ({ data: types.map((type) => listedTypeJson(context, type)) }),
  }),
  route({
    method: 'get',
    path: oneType,
    summary: 'Read a connection type',
    description:
      'Returns the type with the JSON Schema of its config, and a custom one with its definition.',
    operation: readConnectionType,
    answer: dataSchema(typeSchema),
    failures: [404],
    toInput: ({ id }) => ({ type: id }),
    toJson: async (type, context) => {
      if (type === null) throw new NotFoundError('connection type');
      return { data: await typeJson(context, type) };
    },
  }),
  route({
    method: 'post',
    path: '/v1/connection-types',
    summary: 'Create a connection type',
    description:
      'The body is the definition. Without `project_id`, only an admin of the organization can create the type.',
    operation: createConnectionType,
    query: z.object({
      project_id: uuid.optional().describe('The only project that can use the type.'),
    }),
    body: ['definition'],
    wholeBody: 'definition',
    bodyChecks: { definition: definitionSchema },
    example,
    status: 201,
    answer: dataSchema(typeSchema),
    failures: [404, 409],
    toInput: ({ query, body }) => ({ ...body, projectId: query.project_id }),
    toJson: async (type, context) => ({ data: await typeJson(context, type) }),
  }),
  route({
    method: 'put',
    path: oneType,
    summary: 'Publish a new version of a connection type',
    description:
      'The body is the whole new definition. The response has the type, and the connections whose config does not fit it.',
    operation: updateConnectionType,
    query: z.object({
      version: z
        .string()
        .regex(/^[1-9]\d{0,8}$/, 'must be a whole number from 1')
        .transform(Number)
        .optional()
        .meta({ type: 'integer', minimum: 1 }),
      dry_run: flag.default(false).meta({ type: 'boolean', default: false }),
    }),
    body: ['definition'],
    wholeBody: 'definition',
    bodyChecks: { definition: definitionSchema },
    example,
    answer: dataSchema(
      typeSchema
        .extend({
          affected_count: z.int().describe('How many connections do not fit the new definition.'),
          affected: z.array(connectionSchema).describe('At most 100 of them.'),
        })
        .meta({ id: 'ConnectionTypeUpdate' }),
    ),
    failures: [404, 409],
    toInput: ({ id, query, body }) => ({
      ...body,
      type: id,
      version: query.version,
      dryRun: query.dry_run,
    }),
    toJson: async ({ connectionType, affected }, context) => ({
      data: {
        ...(await typeJson(context, connectionType)),
        affected_count: affected.count,
        affected: await connectionsJson(context, affected.connections),
      },
    }),
  }),
  route({
    method: 'delete',
    path: oneType,
    summary: 'Delete a connection type',
    description: 'Deletes a custom type. It fails with 409 while something uses the type.',
    operation: deleteConnectionType,
    answer: messageSchema,
    failures: [404, 409],
    toInput: ({ id }) => ({ type: id }),
    toJson: () => ({ message: 'deleted' }),
  }),
];
