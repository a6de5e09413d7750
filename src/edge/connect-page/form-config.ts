import type { ConnectionType } from '../../core/catalog/connection-type.ts';
import type { Field } from '../../core/catalog/fields.ts';
import type { JsonObject, JsonValue } from '../../core/catalog/json.ts';
import { isExact, parseExactly } from '../../platform/exact-json.ts';
import { boundsOfJson } from '../../platform/limits.ts';

/** What a person typed, by field. */
export type Typed = Readonly<Record<string, string>>;

/** How a field is called in a form. */
export function inputName({ name }: Field): string {
  return `config.${name}`;
}

/** What was typed into a type's form; what is no text, or cannot be typed there, is left out. */
export function readTyped(type: ConnectionType, body: Record<string, unknown>): Typed {
  const entries = type.fields.flatMap((field) => {
    const value = body[inputName(field)];
    const isTyped = typeof value === 'string' && field.const === undefined;
    return isTyped ? [[field.name, value.replaceAll('\r\n', '\n')]] : [];
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

function toValue({ kind, name, holds }: Field, text: string): JsonValue {
  switch (kind) {
    case 'port':
    case 'integer':
      return toNumber(text.trim());
    case 'number':
      return toNumber(withPoint(text.trim()));
    case 'string[]':
      return toLines(text) ?? text;
    case 'object':
      return parseJson(text);
    default:
      if (holds === 'private-key') return text;
      // A password may begin or end with a space. Of anything else it was copied along.
      return name === 'password' ? text : text.trim();
  }
}

/** The lines that hold anything; undefined where there are more than a list may have. */
function toLines(text: string): string[] | undefined {
  const lines = text.split('\n', boundsOfJson.size + 1);
  if (lines.length > boundsOfJson.size) return undefined;
  return lines.map((line) => line.trim()).filter((line) => line !== '');
}

function toNumber(text: string): number | string {
  return /^-?\d+(\.\d+)?$/.test(text) && isExact(text) ? Number(text) : text;
}

// "1,5" is one and a half in German. "1,500" is that too, but in English it is a thousand more: refused.
function withPoint(text: string): string {
  return /^-?\d+,(\d{1,2}|\d{4,})$/.test(text) ? text.replace(',', '.') : text;
}

function parseJson(text: string): JsonValue {
  try {
    return parseExactly(text) as JsonValue;
  } catch {
    return text;
  }
}
