import type { ConnectionType } from '../../core/catalog/catalog.ts';
import type { Field } from '../../core/catalog/fields.ts';
import type { JsonObject } from '../../core/catalog/json.ts';
import type { FieldIssue } from '../../platform/field-issues.ts';
import { addressFields } from './address-fields.ts';
import { type Fixed, unaskedNames } from './spec.ts';

/**
 * Returns the fields that an end user is asked for: neither constants, nor those of the operator, nor what
 * the requirement fixes or hides. If it fixes a secret, they are not asked for an address either.
 */
export function askedFields(type: ConnectionType, fixed: Fixed): Field[] {
  const addresses = fixed.secretFields.length > 0 ? addressFields(type) : [];
  const unasked = new Set([...unaskedNames(fixed), ...addresses]);
  return type.fields.filter(
    ({ name, const: constant, audience }) =>
      constant === undefined && audience !== 'operator' && !unasked.has(name),
  );
}

/** Returns a complaint for each field that an end user sends although the requirement does not ask for it. */
export function findUnasked(type: ConnectionType, fixed: Fixed, config: JsonObject): FieldIssue[] {
  const asked = new Set(askedFields(type, fixed).map(({ name }) => name));
  return type.fields
    .filter((field) => field.const === undefined && !asked.has(field.name))
    .filter(({ name }) => Object.hasOwn(config, name) && config[name] !== null)
    .map(({ name }) => ({
      path: `config.${name}`,
      message: 'cannot be chosen: the app or the operator decides it',
    }));
}
