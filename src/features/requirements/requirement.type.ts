import { visibleTypes } from '../../core/access/visible-types.ts';
import type { JsonObject } from '../../core/catalog/json.ts';
import { builder } from '../../core/graphql/builder.ts';
import { NodeRef } from '../../core/graphql/shared.types.ts';
import { findProviderWarning } from '../../oauth/provider/provider.ts';
import { RequirementKind } from '../../platform/db/generated/enums.ts';
import { mostRequirements } from '../../platform/limits.ts';
import { AppRef } from '../apps/app.type.ts';
import { ConnectionTypeRef } from '../connection-types/catalog.type.ts';
import { currentStatus } from './current-status.ts';
import { readSpec, specForEndUser } from './spec.ts';

export const RequirementKindRef = builder.enumType('RequirementKind', {
  description: 'The kind of thing that an end user must connect.',
  values: {
    CONNECTION: {
      value: RequirementKind.connection,
      description: 'Credentials or a consent for a connection type of the catalog.',
    },
    PIPEDREAM_ACCOUNT: {
      value: RequirementKind.pipedream_account,
      description: 'An account that the end user links at Pipedream.',
    },
  },
});

const RequirementStatusRef = builder.enumType('RequirementStatus', {
  description: 'The progress of an end user with a requirement.',
  values: {
    PENDING: {
      value: 'pending' as const,
      description:
        'The end user has connected nothing that counts: nothing at all, something that expired, or another type or scope than the requirement asks for.',
    },
    COMPLETED: {
      value: 'completed' as const,
      description: 'The end user has connected what the requirement asks for, and it can be used.',
    },
  },
});

export const RequirementRef = builder.prismaObject('Requirement', {
  interfaces: [NodeRef],
  description: 'Something that each end user of an app must connect.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The UUID of the requirement.' }),
    app: t.field({
      type: AppRef,
      nullable: true,
      description:
        'The app that has this requirement; null for a connect token, which finds its app in `endUser`.',
      select: (_args, _context, nested) => ({ app: nested(true) }),
      resolve: ({ app }, _args, { viewer }) => (viewer.kind === 'connect_token' ? null : app),
    }),
    name: t.exposeString('name', { description: 'The name for programs, unique in the app.' }),
    kind: t.expose('kind', {
      type: RequirementKindRef,
      description: 'The kind of thing that an end user must connect.',
    }),
    title: t.exposeString('title', { description: 'The title that people read.' }),
    titles: t.field({
      type: 'JSONObject',
      description: 'The title in other languages, by their tags: `{"de": "Ihr Schlüssel"}`.',
      select: { titles: true },
      resolve: ({ titles }) => titles as JsonObject, // they were checked when they were written
    }),
    description: t.exposeString('description', {
      nullable: true,
      description: 'The text that people read below the title; null without one.',
    }),
    descriptions: t.field({
      type: 'JSONObject',
      description: 'The description in other languages, by their tags.',
      select: { descriptions: true },
      resolve: ({ descriptions }) => descriptions as JsonObject, // they were checked as well
    }),
    spec: t.field({
      type: 'JSONObject',
      description:
        'The details of the requirement: `{type, scopes?, preset?, hidden?, secret_fields?}` for a connection, `{app_slug}` for a Pipedream account. `secret_fields` names the preset secrets. A connect token sees no preset values: `hidden` then names every field that its user cannot enter.',
      select: { kind: true, spec: true },
      resolve: ({ kind, spec }, _args, { viewer }) =>
        viewer.kind === 'connect_token' || viewer.kind === 'anonymous'
          ? specForEndUser(kind, spec)
          : (spec as JsonObject), // it was checked when it was written
    }),
    workflowId: t.exposeString('workflowId', {
      nullable: true,
      description:
        'The id of the workflow that uses what is connected, in the system to which it belongs.',
    }),
    connectionType: t.field({
      type: ConnectionTypeRef,
      nullable: true,
      description: 'The catalog entry of the required type; null for a Pipedream account.',
      select: { kind: true, spec: true },
      resolve: ({ kind, spec }, _args, context) => {
        const read = readSpec(kind, spec);
        return read.kind === 'connection' ? (visibleTypes(context).find(read.type) ?? null) : null;
      },
    }),
    warnings: t.stringList({
      description:
        'The problems that prevent end users from fulfilling it, such as a provider that the operator has not set up. Empty for a connect token.',
      select: { kind: true, spec: true },
      resolve: ({ kind, spec }, _args, context) => {
        const read = readSpec(kind, spec);
        if (read.kind !== 'connection' || context.viewer.kind === 'connect_token') return [];
        const type = visibleTypes(context).find(read.type);
        if (Object.hasOwn(read.preset, 'client_id')) return [];
        const warning = type && findProviderWarning(type, context.deps.config.oauthClients);
        return warning === undefined ? [] : [warning];
      },
    }),
    status: t.field({
      type: RequirementStatusRef,
      nullable: true,
      description: "The progress of the connect token's end user; null for any other credential.",
      select: { id: true },
      resolve: async ({ id }, _args, { deps, viewer }) => {
        if (viewer.kind !== 'connect_token') return null;
        const { endUserId } = viewer;
        return (await currentStatus(deps, { endUserId, requirementId: id })).status;
      },
    }),
  }),
});

builder.prismaObjectFields(AppRef, (t) => ({
  requirements: t.relation('requirements', {
    description: 'The requirements that each end user of the app must fulfil, oldest first.',
    complexity: { field: 1, multiplier: mostRequirements },
    query: { orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] },
  }),
}));
