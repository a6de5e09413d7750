import { z } from 'zod';
import { isJsonObject, type JsonObject } from '../../core/catalog/json.ts';
import { type CheckedDefinition, readCustomType } from '../../core/catalog/read-custom-type.ts';

/** The definition in the input of an operation. Each problem in it has its path. */
export const definitionInput = z
  .custom<JsonObject>(isJsonObject, {
    error: ({ input }) => (input == null ? 'cannot be blank' : 'must be an object'),
  })
  .transform((written, context): CheckedDefinition => {
    const read = readCustomType(written);
    if (read.ok) return read;
    for (const { path, message } of read.issues) {
      context.issues.push({
        code: 'custom',
        message,
        path: path === '' ? [] : [path],
        input: undefined, // a problem never contains the value
      });
    }
    return z.NEVER;
  });
