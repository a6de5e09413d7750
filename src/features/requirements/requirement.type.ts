import { findConnectionType } from '../../core/catalog/connection-types.ts';
import type { JsonObject } from '../../core/catalog/json.ts';
import { builder } from '../../core/graphql/builder.ts';
import { NodeRef } from '../../core/graphql/node.type.ts';
import { findProviderWarning } from '../../oauth/provider/provider.ts';
import { RequirementKind } from '../../platform/db/generated/enums.ts';
import { mostRequirements } from '../../platform/limits.ts';
import { AppRef } from '../apps/app.type.ts';
import { ConnectionTypeRef } from '../connection-types/connection-type.type.ts';
import { currentStatus } from './current-status.ts';
import { readSpec } from './spec.ts';

export const RequirementKindRef = builder.enumType('RequirementKind', {
  description: 'What an end user brings.',
  values: {
    CONNECTION: {
      value: RequirementKind.connection,
      description: 'Credentials or a consent, for a type of the catalogue.',
    },
    PIPEDREAM_ACCOUNT: {
      value: RequirementKind.pipedream_account,
      description: 'An account that they link at Pipedream.',
    },
  },
});

export const RequirementStatusRef = builder.enumType('RequirementStatus', {
  description: 'How an end user stands to a requirement.',
  values: {
    PENDING: {
      value: 'pending' as const,
      description:
        'Nothing was linked, or it counts no more: it expired, or the requirement asks for another type or scope.',
    },
    COMPLETED: { value: 'completed' as const, description: 'What was linked can be used.' },
  },
});

export const RequirementRef = builder.prismaObject('Requirement', {
  interfaces: [NodeRef],
  description: 'What each end user of an app must bring.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'A UUID.' }),
    app: t.field({
      type: AppRef,
      nullable: true,
      description: 'The app that asks for it. Null for a connect token: see `endUser`.',
      select: (_args, _context, nested) => ({ app: nested(true) }),
      resolve: ({ app }, _args, { viewer }) => (viewer.kind === 'connect_token' ? null : app),
    }),
    name: t.exposeString('name', { description: 'What programs call it; unique in the app.' }),
    kind: t.expose('kind', { type: RequirementKindRef, description: 'What is to be brought.' }),
    title: t.exposeString('title', { description: 'What people read.' }),
    description: t.exposeString('description', {
      nullable: true,
      description: 'What people read below the title.',
    }),
    spec: t.field({
      type: 'JSONObject',
      description: '`{type, scopes?}` for a connection, `{app_slug}` for a Pipedream account.',
      select: { spec: true },
      resolve: ({ spec }) => spec as JsonObject, // what was checked when it was written
    }),
    workflowId: t.exposeString('workflowId', {
      nullable: true,
      description: 'The workflow that uses it, by its id elsewhere.',
    }),
    connectionType: t.field({
      type: ConnectionTypeRef,
      nullable: true,
      description: 'The catalogue entry of its type; null for a Pipedream account.',
      select: { kind: true, spec: true },
      resolve: ({ kind, spec }) => {
        const read = readSpec(kind, spec);
        return read.kind === 'connection' ? (findConnectionType(read.type) ?? null) : null;
      },
    }),
    warnings: t.stringList({
      description:
        'What keeps users from fulfilling it, such as a provider that the operator has not set up. Empty for a connect token.',
      select: { kind: true, spec: true },
      resolve: ({ kind, spec }, _args, { deps, viewer }) => {
        const read = readSpec(kind, spec);
        if (read.kind !== 'connection' || viewer.kind === 'connect_token') return [];
        const type = findConnectionType(read.type);
        const warning = type && findProviderWarning(type, deps.config.oauthClients);
        return warning === undefined ? [] : [warning];
      },
    }),
    status: t.field({
      type: RequirementStatusRef,
      nullable: true,
      description: "For the connect token's user; null for any other credential.",
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
    description: 'What each of its end users must bring, oldest first.',
    complexity: { field: 1, multiplier: mostRequirements },
    query: { orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] },
  }),
}));
