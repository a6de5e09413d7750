import { findConnectionType } from '../../core/catalog/connection-types.ts';
import { builder } from '../../core/graphql/builder.ts';
import { NodeRef } from '../../core/graphql/node.type.ts';
import { definePage } from '../../core/graphql/page.ts';
import { ConnectionStatus } from '../../platform/db/generated/enums.ts';
import { ConnectionTypeRef } from '../connection-types/connection-type.type.ts';
import { ProjectRef } from '../projects/project.type.ts';
import type { ConnectionRow } from './connection-row.ts';
import { openShownConfig } from './shown-config.ts';

export const ConnectionStatusRef = builder.enumType('ConnectionStatus', {
  description: 'Whether a connection can be used.',
  values: {
    ACTIVE: { value: ConnectionStatus.active, description: 'Its credentials can be fetched.' },
    INCOMPLETE: {
      value: ConnectionStatus.incomplete,
      description: 'It waits for a person to give consent.',
    },
    EXPIRED: {
      value: ConnectionStatus.expired,
      description: 'The provider ended it. It takes a new consent.',
    },
  },
});

export const ConnectionRef = builder.objectRef<ConnectionRow>('Connection').implement({
  interfaces: [NodeRef],
  description: 'Named, typed credentials and configuration of an external service, in a project.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'A UUID, the same in GraphQL and REST.' }),
    name: t.exposeString('name', { description: 'Unique in its project.' }),
    type: t.exposeString('type', {
      description: 'The full identifier, `dynamiq.connections.OpenAI`.',
    }),
    connectionType: t.field({
      type: ConnectionTypeRef,
      nullable: true,
      description: 'The catalogue entry of `type`; null when the catalogue has it no more.',
      resolve: ({ type }) => findConnectionType(type) ?? null,
    }),
    status: t.expose('status', {
      type: ConnectionStatusRef,
      description: 'Whether it can be used.',
    }),
    project: t.field({
      type: ProjectRef,
      description: 'The project that it belongs to.',
      resolve: ({ project }) => project,
    }),
    projectId: t.exposeID('projectId', { description: "The project's id." }),
    config: t.field({
      type: 'JSONObject',
      nullable: true,
      description: 'Without secrets; null for a system-managed connection.',
      resolve: (connection, _args, { deps }) => openShownConfig(deps, connection),
    }),
    secretFields: t.exposeStringList('secretFields', {
      description: 'Names of the secret fields that hold a value.',
    }),
    isSystem: t.exposeBoolean('isSystem', {
      description: 'Made and kept by the server; no API changes or opens it.',
    }),
    createdBy: t.exposeString('createdBy', {
      nullable: true,
      description: 'The name of the key or user that made it.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When its credentials were last handed out, to the minute.',
    }),
    version: t.exposeInt('version', {
      description: 'Grows with every change; give it back to change only what you have seen.',
    }),
  }),
});

export const ConnectionPage = definePage('Connection', ConnectionRef);
