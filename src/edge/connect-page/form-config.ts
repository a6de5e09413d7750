import type { Field } from '../../core/catalog/fields.ts';
import type { JsonObject, JsonValue } from '../../core/catalog/json.ts';
import { isExact, parseExactly } from '../../platform/exact-json.ts';
import { boundsOfJson } from '../../platform/limits.ts';
import { isRows, parseRows, readRowInputs } from './form-rows.tsx';
import { type PasteKind, readPaste } from './paste.ts';

/** The text that a person typed into each field. */
export type Typed = Readonly<Record<string, string>>;

/** Returns the name of a field in a form. */
export function inputName({ name }: Field): string {
  return `config.${name}`;
}

/** The name of the input that a whole text can be pasted into. */
export const pasteName = 'paste';

/** Returns the field that takes a pasted text for several of the asked fields, if there is one. */
export function findPasteField(asked: readonly Field[]) {
  return asked.find((field): field is Field & { paste: PasteKind } => field.paste !== undefined);
}

/**
 * Returns the typed text of a form, and what a pasted text says about the fields that are empty. It ignores
 * files and fields that the form does not have.
 */
export function readTyped(asked: readonly Field[], body: Record<string, unknown>): Typed {
  const pasted = readPasted(asked, body);
  const entries = asked.flatMap((field): [string, string][] => {
    if (isRows(field)) return [[field.name, readRowInputs(body, inputName(field))]];
    const value = body[inputName(field)];
    const typed = typeof value === 'string' ? value.replaceAll('\r\n', '\n') : undefined;
    const text = typed?.trim() ? typed : (pasted.get(field.name) ?? typed);
    return text === undefined ? [] : [[field.name, text]];
  });
  return Object.fromEntries(entries);
}

function readPasted(asked: readonly Field[], body: Record<string, unknown>): Map<string, string> {
  const field = findPasteField(asked);
  const text = body[pasteName];
  if (field === undefined || typeof text !== 'string') return new Map();
  const names = asked.filter((one) => !isRows(one)).map(({ name }) => name);
  return readPaste(field.paste, text, names);
}

/** Returns the config that a form describes. A value that cannot be parsed stays text, and the type refuses it. */
export function toConfig(asked: readonly Field[], typed: Typed): JsonObject {
  const entries = asked.flatMap((field): [string, JsonValue][] => {
    const text = typed[field.name] ?? '';
    if (field.kind === 'boolean') return [[field.name, text === 'true']];
    if (text.trim() === '') return [];
    return [[field.name, toValue(field, text)]];
  });
  return Object.fromEntries(entries);
}

function toValue(field: Field, text: string): JsonValue {
  if (isRows(field)) return toTexts(text);
  const { kind, name, format } = field;
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

/** Returns the rows as an object. The type refuses the text, if a row has no name or two have the same. */
function toTexts(text: string): JsonValue {
  const rows = parseRows(text) ?? [];
  const names = new Set(rows.map(([name]) => name));
  return names.size < rows.length || names.has('') ? text : Object.fromEntries(rows);
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
