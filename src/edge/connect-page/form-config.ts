import type { ConnectionType } from '../../core/catalog/catalog.ts';
import type { Field } from '../../core/catalog/fields.ts';
import type { JsonObject, JsonValue } from '../../core/catalog/json.ts';
import { isExact, parseExactly } from '../../platform/exact-json.ts';
import { boundsOfJson } from '../../platform/limits.ts';

/** The text that a person typed into each field. */
export type Typed = Readonly<Record<string, string>>;

/** Returns the name of a field in a form. */
export function inputName({ name }: Field): string {
  return `config.${name}`;
}

/** Returns the typed text of a form. It ignores files and fields that the form does not have. */
export function readTyped(type: ConnectionType, body: Record<string, unknown>): Typed {
  const entries = type.fields.flatMap((field) => {
    const value = body[inputName(field)];
    const isTyped = typeof value === 'string' && field.const === undefined;
    return isTyped ? [[field.name, value.replaceAll('\r\n', '\n')]] : [];
  });
  return Object.fromEntries(entries);
}

/** Returns the config that a form describes. A value that cannot be parsed stays text, and the type refuses it. */
export function toConfig(type: ConnectionType, typed: Typed): JsonObject {
  const entries = type.fields.flatMap((field): [string, JsonValue][] => {
    const text = typed[field.name] ?? '';
    if (field.kind === 'boolean') return [[field.name, text === 'true']];
    if (text.trim() === '') return [];
    return [[field.name, toValue(field, text)]];
  });
  return Object.fromEntries(entries);
}

function toValue({ kind, name, format }: Field, text: string): JsonValue {
  switch (kind) {
    case 'port':
    case 'integer':
      return toNumber(text.trim());
    case 'number':
      return toNumber(withPoint(text.trim()));
    case 'string[]':
      return toLines(text) ?? text;
    case 'object':
      return parseFormJson(text);
    default:
      if (format === 'private_key') return text;
      // A password may begin or end with a space. In other fields people copy it by accident.
      return name === 'password' ? text : text.trim();
  }
}

/** Returns the lines that are not empty; undefined if there are more than a list may have. */
function toLines(text: string): string[] | undefined {
  const lines = text.split('\n', boundsOfJson.size + 1);
  if (lines.length > boundsOfJson.size) return undefined;
  return lines.map((line) => line.trim()).filter((line) => line !== '');
}

/** Converts a text into a number, unless JSON cannot hold the number exactly: then the type refuses it. */
function toNumber(text: string): number | string {
  return /^-?\d+(\.\d+)?$/.test(text) && isExact(text) ? Number(text) : text;
}

// "1,5" is one and a half in German. "1,500" is refused: in English it means a thousand times as much.
function withPoint(text: string): string {
  return /^-?\d+,(\d{1,2}|\d{4,})$/.test(text) ? text.replace(',', '.') : text;
}

function parseFormJson(text: string): JsonValue {
  try {
    return parseExactly(text) as JsonValue;
  } catch {
    return text;
  }
}
