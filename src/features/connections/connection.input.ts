import { z } from 'zod';
import { findShippedType } from '../../core/catalog/catalog.ts';
import { checkConfig, parseConfig } from '../../core/catalog/config.ts';
import { isJsonObject, type JsonObject } from '../../core/catalog/json.ts';
import type { FieldIssue } from '../../platform/field-issues.ts';
import { nameText, requiredText } from '../../platform/input.ts';

/*
 * The input of connections, for GraphQL and REST. It is checked before anything is read from the database.
 * The config is checked together with the other fields, so that a caller learns about all problems at once.
 */

/** The full identifier of a type of the catalog. */
export const typeName = requiredText(200).refine(
  (type) => type === '' || findShippedType(type) !== undefined,
  'is not a known connection type',
);

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

/** Adds the check of a complete config to the schema of the fields beside it. */
export function withNewConfig<Schema extends z.ZodType>(schema: Schema) {
  return withConfigCheck(schema, (type, value) => {
    const parsed = parseConfig(type, value);
    return parsed.ok ? [] : parsed.issues;
  });
}

/**
 * Adds the check of the config of an update. The stored type decides which fields the config can leave out,
 * so `updateConnection` checks that. Here the config is checked only if other fields have problems, so that
 * a caller learns about all of them at once.
 */
export function withChangedConfig<Schema extends z.ZodType>(schema: Schema) {
  return withConfigCheck(schema, (type, given, hasOthers) =>
    hasOthers ? checkConfig(type, given) : [],
  );
}

/** Finds the problems of an update's config that do not depend on the stored one. Secrets can be left out. */
export function changedConfigIssues({ type: name, config }: ChangedConfig): FieldIssue[] {
  const type = name == null ? undefined : findShippedType(name);
  return type === undefined || config == null ? [] : checkConfig(type, config);
}

type ChangedConfig = { type?: string | null | undefined; config?: JsonObject | null | undefined };

type Judge = (
  type: NonNullable<ReturnType<typeof findShippedType>>,
  config: unknown,
  hasOthers: boolean,
) => FieldIssue[];

function withConfigCheck<Schema extends z.ZodType>(schema: Schema, judge: Judge) {
  const judged = (value: unknown, context: z.core.$RefinementCtx) => {
    if (!isJsonObject(value) || typeof value.type !== 'string' || !isJsonObject(value.config))
      return;
    const type = findShippedType(value.type.trim());
    if (type === undefined) return;
    for (const { path, message } of judge(type, value.config, context.issues.length > 0)) {
      context.addIssue({ code: 'custom', path: path.split('.'), message });
    }
  };
  // By default zod skips this check as soon as a field is wrong.
  return schema.superRefine(judged, { when: () => true });
}
