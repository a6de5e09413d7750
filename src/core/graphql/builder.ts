import SchemaBuilder from '@pothos/core';
import ComplexityPlugin from '@pothos/plugin-complexity';
import ErrorsPlugin from '@pothos/plugin-errors';
import PrismaPlugin from '@pothos/plugin-prisma';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import ValidationPlugin from '@pothos/plugin-validation';
import type { Role } from '../../platform/db/generated/enums.ts';
import { InvalidInputError } from '../../platform/errors.ts';
import { requireMember, requireOrganization, requireRoleIn } from '../access/roles.ts';
import type { JsonObject, JsonValue } from '../catalog/json.ts';
import type { Context } from './context.ts';
import type PrismaTypes from './generated/pothos-prisma.ts';
import { getDatamodel } from './generated/pothos-prisma.ts';

export const builder = new SchemaBuilder<{
  Context: Context;
  PrismaTypes: PrismaTypes;
  DefaultFieldNullability: false;
  DefaultInputFieldRequiredness: true;
  /** Only fields below a root field have scopes: the operation of a root field decides who may call it. */
  AuthScopes: {
    /** Any valid credential. */
    credential: boolean;
    /** A credential with at least this role; for a person, the role in this project. */
    roleIn: { projectId: string; role: Role };
    /** A credential with at least this role in the whole organization. */
    organizationRole: Role;
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
    // Checks the scopes before anything is read. A scope throws its own error, which says what is
    // missing.
    ScopeAuthPlugin,
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
    authScopes: ({ viewer }) => ({
      credential: () => Boolean(requireMember(viewer)),
      roleIn: ({ projectId, role }) => Boolean(requireRoleIn(viewer, projectId, role)),
      organizationRole: (needed) => Boolean(requireOrganization(viewer, needed)),
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
