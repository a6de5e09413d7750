import type { GraphQLSchema } from 'graphql';
import '../../features/people/viewer.queries.ts';
import '../../features/people/access-keys.mutations.ts';
import '../../features/people/access-keys.fields.ts';
import '../../features/apps/apps.mutations.ts';
import '../../features/apps/apps.queries.ts';
import '../../features/audit-log/audit-events.queries.ts';
import '../../features/connection-types/catalog.queries.ts';
import '../../features/connect-tokens/connect-tokens.mutations.ts';
import '../../features/connections/connection-references.mutations.ts';
import '../../features/connections/connections.mutations.ts';
import '../../features/connections/connections.queries.ts';
import '../../features/connections/connections.subscriptions.ts';
import '../../features/connections/credentials.mutations.ts';
import '../../features/connections/oauth.mutations.ts';
import '../../features/connections/verification.mutations.ts';
import '../../features/connections/connection.type.ts';
import '../../features/custom-types/custom-types.mutations.ts';
import '../../features/end-users/end-user.queries.ts';
import '../../features/end-users/end-users.mutations.ts';
import '../../features/end-users/resolve-credentials.mutations.ts';
import '../../features/projects/projects.mutations.ts';
import '../../features/projects/projects.queries.ts';
import '../../features/requirements/requirements.mutations.ts';
import '../../features/requirements/requirements.queries.ts';
import '../../features/requirements/requirements.subscriptions.ts';
import '../../features/people/membership.type.ts';
import '../../features/people/personal-access-tokens.mutations.ts';
import '../../features/people/users.mutations.ts';
import '../../features/people/users.queries.ts';
import { builder } from '../../core/graphql/builder.ts';
import '../../core/graphql/error.types.ts';
import '../../features/node/node.queries.ts';
import '../../core/graphql/scalars.ts';

builder.queryType({ description: 'The operations that read data and change nothing.' });
builder.mutationType({
  description:
    'The operations that change something. Each takes one `input` and returns its result or an expected error.',
});
builder.subscriptionType({
  description: 'The events that the server sends while they happen, as server-sent events.',
});

let schema: GraphQLSchema | undefined;

/** Returns the whole schema, which is built once a process. */
export function loadSchema(): GraphQLSchema {
  schema ??= builder.toSchema();
  return schema;
}
