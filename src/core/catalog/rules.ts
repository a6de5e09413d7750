import { type Complaint, complaint } from './complaints.ts';
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
type MissingField = { field: string; found: Complaint };

/** Returns the fields that a rule misses in a config whose defaults are filled in. Blank text counts as missing. */
export function missingFields(rule: Rule, config: JsonObject): MissingField[] {
  const isMissing = (name: string) => {
    const value = config[name];
    return value === undefined || (typeof value === 'string' && isBlank(value));
  };
  const report = (names: readonly string[], found: Complaint): MissingField[] =>
    names.filter(isMissing).map((field) => ({ field, found }));

  switch (rule.kind) {
    case 'together': {
      const given = rule.fields.filter((name) => !isMissing(name));
      return given.length > 0 ? report(rule.fields, complaint('blank_beside', { given })) : [];
    }
    case 'one_of': {
      const [first, ...others] = rule.groups;
      if (rule.groups.some((group) => !group.some(isMissing))) return [];
      return report(first, complaint('blank_without', { groups: others }));
    }
    case 'with':
      if (isMissing(rule.field)) return [];
      return report(rule.needs, complaint('blank_beside', { given: [rule.field] }));
    case 'when':
      if (config[rule.field] !== rule.equals) return [];
      return report(
        rule.needs,
        complaint('blank_while', { field: rule.field, value: rule.equals }),
      );
  }
}
