import { isJsonObject, type JsonValue, ownValue } from './json.ts';

/*
 * Paths in a JSON response: `$.data[0].id`, `data.0.id` and `data[0].id` mean the same. It is the small part
 * of JSONPath (RFC 9535) that names one value.
 */

const pathForm = /^(?:\$\.?)?(?:[\w@:/-]+|\[\d{1,4}\])(?:\.[\w@:/-]+|\[\d{1,4}\])*$/;

/** Whether a text is such a path. `$` alone is the whole value. */
export function isJsonPath(text: string): boolean {
  return text === '$' || pathForm.test(text);
}

/** Returns the value at a path; undefined if there is none. */
export function valueAt(value: JsonValue | undefined, path: string): JsonValue | undefined {
  const steps = path
    .replace(/^\$\.?/, '')
    .replaceAll(/\[(\d+)\]/g, '.$1')
    .split('.')
    .filter((step) => step !== '');
  return steps.reduce<JsonValue | undefined>((inner, step) => {
    if (Array.isArray(inner)) return /^\d+$/.test(step) ? inner[Number(step)] : undefined;
    return isJsonObject(inner) ? ownValue(inner, step) : undefined;
  }, value);
}

/** Returns the text or number at a path as text of limited length; undefined if there is neither. */
export function textAt(value: JsonValue | undefined, path: string): string | undefined {
  const found = valueAt(value, path);
  if (typeof found === 'number') return String(found);
  return typeof found === 'string' && found.trim() !== '' ? found.trim().slice(0, 500) : undefined;
}
