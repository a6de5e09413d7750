import type { ConnectionType } from '../catalog/connection-type.ts';
import type { Field } from '../catalog/fields.ts';
import type { JsonObject, JsonValue } from '../catalog/json.ts';

/** What a person typed, by field. */
export type Typed = Readonly<Record<string, string>>;

/** How a field is called in a form. */
export function inputName({ name }: Field): string {
  return `config.${name}`;
}

/** What was typed into a type's form; what is no text is left out. */
export function readTyped(type: ConnectionType, body: Record<string, unknown>): Typed {
  const entries = type.fields.flatMap((field) => {
    const value = body[inputName(field)];
    return typeof value === 'string' ? [[field.name, value.replaceAll('\r\n', '\n')]] : [];
  });
  return Object.fromEntries(entries);
}

/** The config that a form says. What makes no sense stays text, for the type to complain of. */
export function toConfig(type: ConnectionType, typed: Typed): JsonObject {
  const entries = type.fields.flatMap((field): [string, JsonValue][] => {
    const text = typed[field.name] ?? '';
    if (field.kind === 'boolean') return [[field.name, text === 'true']];
    if (text.trim() === '') return [];
    return [[field.name, toValue(field, text)]];
  });
  return Object.fromEntries(entries);
}

function toValue({ kind }: Field, text: string): JsonValue {
  switch (kind) {
    case 'port':
    case 'integer':
    case 'number':
      return /^\s*-?\d+(\.\d+)?\s*$/.test(text) ? Number(text) : text;
    case 'string[]':
      return text
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '');
    case 'object':
      return parseJson(text);
    case 'url':
    case 'datetime':
      return text.trim();
    default:
      return text;
  }
}

function parseJson(text: string): JsonValue {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
