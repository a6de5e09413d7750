import { z } from 'zod';
import type { RequestContext } from '../../core/access/request-context.ts';
import { visibleTypes } from '../../core/access/visible-types.ts';
import type { ConnectionType } from '../../core/catalog/catalog.ts';
import { checkConfig, parseConfig } from '../../core/catalog/config.ts';
import { isJsonObject, type JsonObject } from '../../core/catalog/json.ts';
import type { FieldIssue } from '../../platform/field-issues.ts';
import { nameText, requiredText } from '../../platform/input.ts';

/*
 * The input of connections, for GraphQL and REST. It is checked before anything is read from the database.
 * The config is checked together with the other fields, so that a caller learns about all problems at once.
 */

/** The full identifier of a type. Whether it is known depends on the caller's organization. */
export const typeName = requiredText(200);

const configInput = z
  .custom<JsonObject>(isJsonObject, {
    error: ({ input }) => (input == null ? 'cannot be blank' : 'must be an object'),
  })
  .meta({
    type: 'object',
    additionalProperties: true,
    description: 'The fields that the type requires and allows: see `connectionType` in GraphQL.',
  });

/** The fields of a new connection. */
export const newConnection = { name: nameText(120), type: typeName, config: configInput };

/** The fields that an update can contain. Null has the same meaning as a field that is left out. */
export const connectionChanges = {
  name: nameText(120).nullish(),
  type: typeName.nullish(),
  config: configInput.nullish(),
  version: z.int32({ error: 'must be an integer' }).nullish(), // all that GraphQL's Int holds
};

/** Finds the problems of a new connection's type and config. */
export function newConfigIssues(context: RequestContext, given: unknown): FieldIssue[] {
  return issuesForType(context, given, (type, config) => {
    const parsed = parseConfig(type, config);
    return parsed.ok ? [] : parsed.issues;
  });
}

/**
 * Finds the problems of an update's type and config. The stored type decides which fields the config can leave
 * out, so `updateConnection` checks that. Here the config is checked only if other fields have problems, so
 * that a caller learns about all of them at once.
 */
export function changedTypeIssues(
  context: RequestContext,
  given: unknown,
  hasOthers: boolean,
): FieldIssue[] {
  return issuesForType(context, given, (type, config) =>
    hasOthers ? checkConfig(type, config) : [],
  );
}

/** Finds the problems of an update's config that do not depend on the stored one. Secrets can be left out. */
export function changedConfigIssues(context: RequestContext, given: ChangedConfig): FieldIssue[] {
  return issuesForType(context, given, checkConfig);
}

type ChangedConfig = { type?: string | null | undefined; config?: JsonObject | null | undefined };

type CheckOfType = (type: ConnectionType, config: JsonObject) => FieldIssue[];

function issuesForType(context: RequestContext, given: unknown, check: CheckOfType): FieldIssue[] {
  if (!isJsonObject(given) || typeof given.type !== 'string') return [];
  const name = given.type.trim();
  if (name === '' || name.length > 200) return []; // a problem that the schema of the fields finds
  const type = visibleTypes(context).find(name);
  if (type === undefined) return [unknownType];
  if (!isJsonObject(given.config)) return [];
  return check(type, given.config);
}

/** The problem of a type that the caller cannot use, whether or not it exists. */
export const unknownType: FieldIssue = { path: 'type', message: 'is not a known connection type' };
