import { z } from 'zod';
import { findConnectionType } from '../../core/catalog/catalog.ts';
import { checkConfig, parseConfig } from '../../core/catalog/config.ts';
import { isJsonObject, type JsonObject } from '../../core/catalog/json.ts';
import type { FieldIssue } from '../../platform/errors.ts';
import { nameText, requiredText } from '../../platform/input.ts';

/*
 * What may be said of a connection before anything is read, for GraphQL and REST alike. Each edge
 * adds the ids in its own spelling; the config is judged together with them, so that every
 * complaint comes at once.
 */

/** The full identifier of a type of the catalogue. */
export const typeName = requiredText(200).refine(
  (type) => type === '' || findConnectionType(type) !== undefined,
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

/** The fields that an update may carry; null is the same as left out. */
export const connectionChanges = {
  name: nameText(120).nullish(),
  type: typeName.nullish(),
  config: configInput.nullish(),
  version: z.int32({ error: 'must be an integer' }).nullish(), // all that GraphQL's Int holds
};

/** Lets a whole config be judged together with the fields beside it. */
export function withNewConfig<Schema extends z.ZodType>(schema: Schema) {
  return withConfigCheck(schema, (type, value) => {
    const parsed = parseConfig(type, value);
    return parsed.ok ? [] : parsed.issues;
  });
}

/**
 * The same for an update. What its config may leave out depends on the stored type, so `updateConnection`
 * checks it. Here it is checked only beside other complaints, so that a caller learns of all at once.
 */
export function withChangedConfig<Schema extends z.ZodType>(schema: Schema) {
  return withConfigCheck(schema, (type, given, hasOthers) =>
    hasOthers ? checkConfig(type, given) : [],
  );
}

/** Finds what is wrong in the config of an update whatever is stored: secrets may be left out. */
export function changedConfigIssues({ type: name, config }: ChangedConfig): FieldIssue[] {
  const type = name == null ? undefined : findConnectionType(name);
  return type === undefined || config == null ? [] : checkConfig(type, config);
}

type ChangedConfig = { type?: string | null | undefined; config?: JsonObject | null | undefined };

type Judge = (
  type: NonNullable<ReturnType<typeof findConnectionType>>,
  config: unknown,
  hasOthers: boolean,
) => FieldIssue[];

function withConfigCheck<Schema extends z.ZodType>(schema: Schema, judge: Judge) {
  const judged = (value: unknown, context: z.core.$RefinementCtx) => {
    if (!isJsonObject(value) || typeof value.type !== 'string' || !isJsonObject(value.config))
      return;
    const type = findConnectionType(value.type.trim());
    if (type === undefined) return;
    for (const { path, message } of judge(type, value.config, context.issues.length > 0)) {
      context.addIssue({ code: 'custom', path: path.split('.'), message });
    }
  };
  return schema.superRefine(judged, { when: () => true });
}
