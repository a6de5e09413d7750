import { z } from 'zod';
import type { Field } from './fields.ts';
import type { JsonValue } from './json.ts';
import { integer, number, port, positiveInteger, positiveNumber } from './number.schemas.ts';
import { object, textsByName } from './object.schemas.ts';
import { missingOr } from './schema.messages.ts';
import { choice, constant, datetime, fieldText, scopeList, textList, url } from './text.schemas.ts';

/** The schema of one field: its kind, whether it may be absent, and what is filled in then. */
export function fieldSchema(field: Field): z.ZodType<JsonValue | undefined> {
  const words = { title: field.label, description: field.description };
  return schemaWithPresence(field).meta(field.secret ? { ...words, writeOnly: true } : words);
}

function schemaWithPresence(field: Field): z.ZodType<JsonValue | undefined> {
  const schema = valueSchema(field);
  if (field.default !== undefined) return schema.default(field.default);
  return field.required ? schema : schema.optional();
}

function valueSchema(field: Field): z.ZodType<JsonValue> {
  switch (field.kind) {
    case 'string':
      return fieldText(field);
    case 'url':
      return url();
    case 'port':
      return port();
    case 'integer':
      return field.positive ? positiveInteger() : integer();
    case 'number':
      return field.positive ? positiveNumber() : number();
    case 'boolean':
      return z.boolean(missingOr('must be true or false'));
    case 'enum':
      return field.const ? constant(field.const) : choice(field.enum ?? []);
    case 'string[]':
      return field.scopes ? scopeList() : textList();
    case 'object':
      return field.textValues ? textsByName() : object();
    case 'datetime':
      return datetime();
  }
}
