import type { ConnectionType } from '../../core/catalog/catalog.ts';
import type { Field } from '../../core/catalog/fields.ts';

/** Returns the fields that an end user is asked for: neither constants nor those of the operator. */
export function askedFields({ fields }: ConnectionType): Field[] {
  return fields.filter((field) => field.const === undefined && field.audience !== 'operator');
}
