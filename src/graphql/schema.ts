import { type GraphQLSchema, isObjectType } from 'graphql';
import '../access/viewer.queries.ts';
import '../access-keys/access-keys.mutations.ts';
import '../apps/apps.mutations.ts';
import '../apps/apps.queries.ts';
import '../audit/audit-events.queries.ts';
import '../catalog/connection-types.queries.ts';
import '../connect-tokens/connect-tokens.mutations.ts';
import '../connection-references/connection-references.mutations.ts';
import '../connections/connections.mutations.ts';
import '../connections/connections.queries.ts';
import '../connections/connections.subscriptions.ts';
import '../connections/credentials.mutations.ts';
import '../connections/oauth.mutations.ts';
import '../connections/oauth-state.type.ts';
import '../end-users/end-user.queries.ts';
import '../end-users/end-users.mutations.ts';
import '../end-users/resolve-credentials.mutations.ts';
import '../projects/projects.mutations.ts';
import '../projects/projects.queries.ts';
import '../requirements/requirements.mutations.ts';
import '../requirements/requirements.queries.ts';
import '../requirements/requirements.subscriptions.ts';
import '../users/membership.type.ts';
import '../users/personal-access-tokens.mutations.ts';
import '../users/users.mutations.ts';
import '../users/users.queries.ts';
import { builder } from './builder.ts';
import './error.types.ts';
import './node.queries.ts';
import './scalars.ts';

builder.queryType({ description: 'What can be read.' });
builder.mutationType({
  description: 'What can be done. Each takes one `input` and answers its result or an error.',
});
builder.subscriptionType({
  description: 'What is told as it happens, by server-sent events.',
});

let schema: GraphQLSchema | undefined;

/** The whole schema, built once a process. Throws when a root field lacks what every one must have. */
export function loadSchema(): GraphQLSchema {
  schema ??= requireRules(builder.toSchema());
  return schema;
}

function requireRules(built: GraphQLSchema): GraphQLSchema {
  for (const root of [built.getQueryType(), built.getMutationType(), built.getSubscriptionType()]) {
    if (!isObjectType(root)) continue;
    for (const [name, { extensions }] of Object.entries(root.getFields())) {
      const options = extensions.pothosOptions as { authScopes?: unknown } | undefined;
      if (!options?.authScopes) throw new Error(`${root.name}.${name} says not who may call it.`);
      if (root === built.getMutationType() && !extensions.audit && !extensions.operation) {
        throw new Error(`${root.name}.${name} says not how it is audited.`);
      }
    }
  }
  return built;
}
