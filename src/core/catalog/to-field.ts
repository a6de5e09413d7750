import { type Field, labelOf } from './fields.ts';
import type { FieldDefinition } from './type-definition.ts';

/** Converts a field of a definition into a field in memory. */
export function toField(definition: FieldDefinition, defaultScopes: string[]): Field {
  const { label = labelOf(definition.name), ...rest } = definition;
  if (rest.kind === 'enum') {
    const { const: isConst, ...field } = rest;
    const [value = ''] = field.enum;
    return isConst ? { ...field, label, const: value } : { ...field, label };
  }
  if (rest.kind === 'string[]' && rest.format === 'scopes') {
    return { ...rest, label, default: rest.default ?? defaultScopes };
  }
  if (rest.kind === 'string') {
    const { min_length: minLength, max_length: maxLength, no_space: noSpace, ...field } = rest;
    return {
      ...field,
      label,
      ...(minLength !== undefined && { minLength }),
      ...(maxLength !== undefined && { maxLength }),
      ...(noSpace !== undefined && { noSpace }),
    };
  }
  return { ...rest, label };
}
