import type { ConnectionType } from '../../core/catalog/catalog.ts';
import { builder } from '../../core/graphql/builder.ts';
import { definePage } from '../../core/graphql/page.ts';
import { NodeRef } from '../../core/graphql/shared.types.ts';
import { missingScopes } from '../../oauth/consent/missing-scopes.ts';
import type { OAuthState } from '../../oauth/provider/oauth-state.ts';
import { ConnectionStatus } from '../../platform/db/generated/enums.ts';
import { ConnectionTypeRef } from '../connection-types/catalog.type.ts';
import { ProjectRef } from '../projects/project.type.ts';
import type { ConnectionRow } from './connection-row.ts';
import { openShownConfig } from './shown-config.ts';
import { ProviderAccountRef, VerificationRef } from './verification.type.ts';

export const ConnectionStatusRef = builder.enumType('ConnectionStatus', {
  description: 'The state of a connection: whether its credentials can be fetched.',
  values: {
    ACTIVE: {
      value: ConnectionStatus.active,
      description: 'The credentials of the connection can be fetched.',
    },
    INCOMPLETE: {
      value: ConnectionStatus.incomplete,
      description: 'The connection waits for a person to give consent.',
    },
    EXPIRED: {
      value: ConnectionStatus.expired,
      description: 'The provider ended the grant. A person must give a new consent.',
    },
  },
});

export const ConnectionRef = builder.objectRef<ConnectionRow>('Connection').implement({
  interfaces: [NodeRef],
  description: 'The named, typed and encrypted configuration of an external service, in a project.',
  fields: (t) => ({
    id: t.exposeID('id', {
      description: 'The UUID of the connection, the same in GraphQL and REST.',
    }),
    name: t.exposeString('name', {
      description: 'The name of the connection, unique in its project.',
    }),
    type: t.exposeString('type', {
      description:
        'The full identifier of the connection type, such as `dynamiq.connections.OpenAI`.',
    }),
    connectionType: t.field({
      type: ConnectionTypeRef,
      nullable: true,
      description: 'The catalog entry of `type`; null if the catalog no longer has this type.',
      resolve: ({ organizationId, type }, _args, { deps }) =>
        deps.connectionTypes.of(organizationId).find(type) ?? null,
    }),
    status: t.expose('status', {
      type: ConnectionStatusRef,
      description: 'The state of the connection: whether its credentials can be fetched.',
    }),
    project: t.field({
      type: ProjectRef,
      description: 'The project to which the connection belongs.',
      resolve: ({ project }) => project,
    }),
    projectId: t.exposeID('projectId', {
      description: 'The id of the project to which the connection belongs.',
    }),
    config: t.field({
      type: 'JSONObject',
      nullable: true,
      description: 'The config without its secrets; null for a system-managed connection.',
      resolve: (connection, _args, { deps }) => openShownConfig(deps, connection),
    }),
    secretFields: t.exposeStringList('secretFields', {
      description: 'The names of the secret fields that have a value.',
    }),
    isSystem: t.exposeBoolean('isSystem', {
      description:
        'Whether the server itself manages the connection. No API can change or open such a connection.',
    }),
    createdBy: t.exposeString('createdBy', {
      nullable: true,
      description: 'The name that the creating access key or user had; null if unknown.',
    }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      description: 'The time when the connection was created.',
    }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      description: 'The time when the connection last changed.',
    }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'The time when the credentials were last fetched, to the minute; null if never.',
    }),
    verification: t.field({
      type: VerificationRef,
      nullable: true,
      description:
        'The last verdict about the credentials; null before the first, and after a change of the config.',
      resolve: ({ verification }) => verification,
    }),
    account: t.field({
      type: ProviderAccountRef,
      nullable: true,
      description: 'The account at the service, as the last consent or verification named it.',
      resolve: ({ account }) => account,
    }),
    version: t.exposeInt('version', {
      description:
        'A number that grows with every change. Send it with an update to change only the version that you have read.',
    }),
  }),
});

export const ConnectionPage = definePage('Connection', ConnectionRef);

type StateOfType = OAuthState & { type: ConnectionType | undefined };

const OAuthStateRef = builder.objectRef<StateOfType>('OAuthState').implement({
  description: "The health of an OAuth connection's grant. It never contains a token.",
  fields: (t) => ({
    scopes: t.exposeStringList('scopes', { description: 'The scopes that the provider granted.' }),
    missingScopes: t.stringList({
      description: 'The requested scopes that the provider did not grant.',
      resolve: ({ type, wantedScopes, scopes, hasRefreshToken }) =>
        missingScopes(type, wantedScopes, { scopes, refreshable: hasRefreshToken }),
    }),
    accessTokenExpiresAt: t.expose('accessTokenExpiresAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'The time when the access token expires; null if it does not expire or does not exist.',
    }),
    refreshable: t.exposeBoolean('refreshable', {
      description: 'Whether the server can get a new access token without a new consent.',
    }),
    lastRefreshedAt: t.expose('lastRefreshedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'The time of the last successful refresh; null if there was none.',
    }),
    nextRefreshAt: t.expose('nextRefreshAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'The time of the next scheduled refresh, or of the next attempt after a failure; null if none is scheduled.',
    }),
    consecutiveFailures: t.exposeInt('consecutiveFailures', {
      description: 'The number of refreshes that have failed since the last success.',
    }),
    lastRefreshError: t.exposeString('lastRefreshError', {
      nullable: true,
      description: 'The reason why the last refresh failed, for people; null after a success.',
    }),
  }),
});

builder.objectFields(ConnectionRef, (t) => ({
  oauth: t.field({
    type: OAuthStateRef,
    nullable: true,
    description: 'The health of the OAuth grant; null for a type that is not OAuth.',
    resolve: async ({ id, organizationId, type: name }, _args, { deps }) => {
      const type = deps.connectionTypes.of(organizationId).find(name);
      if (type?.oauth2 === undefined) return null;
      return { ...(await deps.loadOAuthState(id)), type };
    },
  }),
}));
