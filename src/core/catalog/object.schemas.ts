import { z } from 'zod';
import type { JsonObject } from './json.ts';
import { isJsonObject } from './json.ts';
import { missingOr } from './schema.messages.ts';
import { findNestedProblem, findUnwritable } from './text-safety.ts';

/** A JSON object of any content, within bounds; handed on as it came, an own `__proto__` included. */
export function object() {
  return z
    .custom<JsonObject>(isJsonObject, missingOr('must be an object'))
    .superRefine((value, context) => {
      const message = findNestedProblem(value);
      if (message !== undefined) return context.addIssue({ code: 'custom', message });
      for (const found of findUnwritable(value)) context.addIssue({ code: 'custom', ...found });
    })
    .meta({ type: 'object' });
}

/** A JSON object whose values are all text. */
export function textsByName() {
  return object()
    .refine(hasOnlyTexts, 'must be an object whose values are all text')
    .meta({ type: 'object', additionalProperties: { type: 'string' } });
}

function hasOnlyTexts(value: JsonObject): boolean {
  return Object.values(value).every((inner) => typeof inner === 'string');
}
