import { isBlank } from './invisible.ts';
import type { JsonObject } from './json.ts';

/** A condition over several fields of a config. */
export type Rule =
  /** All of the fields are given, or none. */
  | { kind: 'together'; fields: readonly string[] }
  /** At least one of the groups is given in full. The first is the usual one: its gaps are named. */
  | { kind: 'one_of'; groups: readonly [readonly string[], ...(readonly string[])[]] }
  /** Where the field is given, the others are required. */
  | { kind: 'with'; field: string; needs: readonly string[] }
  /** While the field has that value, the others are required. */
  | { kind: 'when'; field: string; equals: string; needs: readonly string[] };

/** A field that a rule requires, and the complaint. */
export type MissingField = { field: string; message: string };

/** Returns the fields that a rule misses in a config whose defaults are filled in. Blank text counts as missing. */
export function missingFields(rule: Rule, config: JsonObject): MissingField[] {
  const isMissing = (name: string) => {
    const value = config[name];
    return value === undefined || (typeof value === 'string' && isBlank(value));
  };
  const report = (names: readonly string[], condition: string): MissingField[] =>
    names.filter(isMissing).map((field) => ({ field, message: `cannot be blank ${condition}` }));

  switch (rule.kind) {
    case 'together': {
      const given = rule.fields.filter((name) => !isMissing(name));
      return given.length > 0 ? report(rule.fields, `when ${given.join(' and ')} is given`) : [];
    }
    case 'one_of': {
      const [first, ...others] = rule.groups;
      if (rule.groups.some((group) => !group.some(isMissing))) return [];
      return report(
        first,
        `unless ${others.map((group) => group.join(' with ')).join(' or ')} is given`,
      );
    }
    case 'with':
      return isMissing(rule.field) ? [] : report(rule.needs, `when ${rule.field} is given`);
    case 'when':
      if (config[rule.field] !== rule.equals) return [];
      return report(rule.needs, `when ${rule.field} is ${rule.equals}`);
  }
}
