import SchemaBuilder from '@pothos/core';
import ComplexityPlugin from '@pothos/plugin-complexity';
import ErrorsPlugin from '@pothos/plugin-errors';
import PrismaPlugin from '@pothos/plugin-prisma';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import ValidationPlugin from '@pothos/plugin-validation';
import type { Role } from '../../platform/db/generated/enums.ts';
import { InvalidInputError } from '../../platform/errors.ts';
import {
  requireAppCaller,
  requireEndUser,
  requireMember,
  requireOrganization,
  requireRole,
  requireRoleIn,
} from '../access/roles.ts';
import type { JsonObject, JsonValue } from '../catalog/json.ts';
import type { Context } from './context.ts';
import type PrismaTypes from './generated/pothos-prisma.ts';
import { getDatamodel } from './generated/pothos-prisma.ts';
import HoldingPlugin from './holding.plugin.ts';
import RefusalsPlugin from './refusals.plugin.ts';

export const builder = new SchemaBuilder<{
  Context: Context;
  PrismaTypes: PrismaTypes;
  DefaultFieldNullability: false;
  DefaultInputFieldRequiredness: true;
  AuthScopes: {
    /** Every caller, even without a credential. */
    anyone: boolean;
    /** Any valid credential. */
    credential: boolean;
    /** A credential with at least this role. */
    role: Role;
    /** A credential with at least this role; for a person, the role in this project. */
    roleIn: { projectId: string; role: Role };
    /** A credential with at least this role in the whole organization. */
    organizationRole: Role;
    /** A credential with at least this role; on the hostname of a public app none is needed. */
    appCaller: Role;
    /** A connect token. */
    endUser: boolean;
  };
  Scalars: {
    ID: { Input: string; Output: string };
    DateTime: { Input: Date; Output: Date };
    JSON: { Input: JsonValue; Output: JsonValue };
    JSONObject: { Input: JsonObject; Output: JsonObject };
    URL: { Input: URL; Output: URL | string };
  };
}>({
  defaultFieldNullability: false,
  defaultInputFieldRequiredness: true,
  plugins: [
    // Turns an AppError into a member of the field's result union. It is the first plugin, so that it
    // sees the errors of all others.
    ErrorsPlugin,
    // Records refusals in the audit log. It runs inside the errors plugin and outside the scopes, so
    // that it sees what the scopes throw.
    RefusalsPlugin,
    // Checks the scopes before anything is read. A scope throws its own error, which says what is
    // missing.
    ScopeAuthPlugin,
    // Limits a person to the projects in which they hold the role of the field.
    HoldingPlugin,
    // Loads exactly the selected columns, in as few statements as possible.
    PrismaPlugin,
    // Checks inputs with the zod schemas of the services, and reports all problems at once.
    ValidationPlugin,
    // Lets fields state their cost.
    ComplexityPlugin,
  ],
  errors: {
    directResult: true,
    defaultUnionOptions: {
      name: ({ fieldName }) => `${capitalize(fieldName)}Result`,
      description: 'The result of the mutation, or the expected error that stopped it.',
    },
    unsafelyHandleInputErrors: true,
  },
  scopeAuth: {
    authorizeOnSubscribe: true,
    authScopes: ({ viewer, app }) => ({
      anyone: true,
      credential: () => Boolean(requireMember(viewer)),
      role: (needed) => Boolean(requireRole(viewer, needed)),
      roleIn: ({ projectId, role }) => Boolean(requireRoleIn(viewer, projectId, role)),
      organizationRole: (needed) => Boolean(requireOrganization(viewer, needed)),
      appCaller: (needed) => requireAppCaller(viewer, app, needed),
      endUser: () => Boolean(requireEndUser(viewer)),
    }),
  },
  prisma: {
    client: (context) => context.deps.db,
    dmmf: getDatamodel(),
    filterConnectionTotalCount: true,
  },
  validation: {
    validationError: ({ issues }) =>
      new InvalidInputError(
        issues.map(({ path = [], message }) => ({
          path: path.slice(1).map(pathSegment).join('.'),
          message,
        })),
      ),
  },
  // The limit is checked once, before the operation runs: see limits.ts.
  complexity: { defaultListMultiplier: 1, disabled: true },
});

function capitalize(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function pathSegment(segment: PropertyKey | { key: PropertyKey }): string {
  return String(typeof segment === 'object' ? segment.key : segment);
}
