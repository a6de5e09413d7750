import { z } from 'zod';
import { fieldSchema } from './field.schema.ts';
import { oncePerType } from './once-per-type.ts';

/** The zod schema of a type's config: its fields one by one. Rules over several are not in it. */
export const configSchema = oncePerType((type) => {
  const fields = type.fields.map((field) => [field.name, fieldSchema(field)] as const);
  return z.strictObject(Object.fromEntries(fields)).meta({ title: type.label });
});
