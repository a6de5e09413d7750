/** Anything that JSON can write. */
export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;

/** A JSON object of any content. */
export type JsonObject = { [name: string]: JsonValue };

/** Whether a parsed JSON value is an object: neither an array nor null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object's own property of that name: never one that it inherits, such as `constructor`. */
export function ownValue<Value>(
  object: Readonly<Record<string, Value>>,
  name: string,
): Value | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}
