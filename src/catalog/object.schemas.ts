import { z } from 'zod';
import type { JsonObject } from './json.ts';
import { isJsonObject } from './json.ts';
import { missingOr, report } from './schema.messages.ts';
import { findNestedProblem } from './text-safety.ts';

/** A JSON object of any content, within bounds; handed on as it came, an own `__proto__` included. */
export function object() {
  return z
    .custom<JsonObject>(isJsonObject, missingOr('must be an object'))
    .superRefine(report((value: unknown) => findNestedProblem(value)))
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
