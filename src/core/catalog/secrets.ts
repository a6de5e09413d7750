import type { ConnectionType } from './connection-type.ts';
import type { JsonObject, JsonValue } from './json.ts';
import { ownValue } from './json.ts';

/** The names of the secret fields that hold a value, in the order of the fields. */
export function secretFieldsWithValue(type: ConnectionType, secrets: JsonObject): string[] {
  return type.fields
    .filter(({ name, secret }) => secret && holdsValue(ownValue(secrets, name)))
    .map(({ name }) => name);
}

function holdsValue(value: JsonValue | undefined): boolean {
  if (value === undefined || value === null || value === '') return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}
