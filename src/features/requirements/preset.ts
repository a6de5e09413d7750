import type { ConnectionType } from '../../core/catalog/catalog.ts';
import { checkConfig, parseConfig } from '../../core/catalog/config.ts';
import type { JsonObject } from '../../core/catalog/json.ts';
import type { FieldIssue } from '../../platform/field-issues.ts';
import { addressFields } from './address-fields.ts';

/*
 * The fields that a requirement fixes for all end users, such as the client of an OAuth provider. The public
 * values are in the spec; the secret ones are sealed apart, and no read returns them.
 */

/** The values that a spec gives; a value that is null removes a stored secret. */
type GivenPreset = { preset: JsonObject; hidden: readonly string[]; isGiven: boolean };

/** A preset in its public half and its secret half. */
export type PresetHalves = { values: JsonObject; secrets: JsonObject };

/** Separates the secrets of a preset from the rest. It drops nulls. */
export function splitPreset({ fields }: ConnectionType, preset: JsonObject): PresetHalves {
  const isSecret = new Map(fields.map(({ name, secret }) => [name, secret]));
  const entries = Object.entries(preset).filter(([, value]) => value !== null);
  return {
    values: Object.fromEntries(entries.filter(([name]) => isSecret.get(name) !== true)),
    secrets: Object.fromEntries(entries.filter(([name]) => isSecret.get(name) === true)),
  };
}

/**
 * Finds what is wrong with a preset, with paths inside the spec.
 *
 * @param kept the stored secrets that the preset leaves out; undefined if they are not known yet.
 */
export function findPresetProblems(
  type: ConnectionType,
  given: GivenPreset,
  kept: JsonObject | undefined,
): FieldIssue[] {
  const found = [...findWrongNames(type, given), ...findWrongValues(type, given)];
  if (found.length > 0) return found;
  return type.oauth2 === undefined
    ? findUnfillable(type, given, kept)
    : findMissing(type, given, kept);
}

function findWrongNames(type: ConnectionType, { preset, hidden }: GivenPreset): FieldIssue[] {
  const fields = new Map(type.fields.map((field) => [field.name, field]));
  const inPreset = Object.keys(preset).flatMap((name): FieldIssue[] => {
    const path = `preset.${name}`;
    const field = fields.get(name);
    if (field === undefined) return []; // findWrongValues complains
    if (field.format === 'scopes') {
      return [{ path, message: 'cannot be preset: use scopes beside type' }];
    }
    return field.const === undefined ? [] : [{ path, message: 'is fixed by the type' }];
  });
  const inHidden = hidden.flatMap((name, index) =>
    fields.has(name) ? [] : [{ path: `hidden.${index}`, message: 'is not a field of the type' }],
  );
  return [...inPreset, ...inHidden];
}

function findWrongValues(type: ConnectionType, { preset }: GivenPreset): FieldIssue[] {
  const entries = Object.entries(preset).filter(([, value]) => value !== null);
  const names = new Set(entries.map(([name]) => name));
  return configIssues(type, Object.fromEntries(entries), {})
    .filter(({ path }) => path === 'config' || names.has(path.split('.')[1] ?? ''))
    .filter(({ code }) => code === undefined || !isOfRule.test(code))
    .map(inPresetPath);
}

/** Codes of the rules over several fields, which the end user's fields can still fulfil. */
const isOfRule = /^blank_/;

/** Finds what a consent needs beyond the preset: an end user can only give consent. */
function findMissing(
  type: ConnectionType,
  { preset, isGiven }: GivenPreset,
  kept: JsonObject | undefined,
): FieldIssue[] {
  const issues = kept === undefined ? checkConfig(type, preset) : configIssues(type, preset, kept);
  if (issues.length === 0) return [];
  if (isGiven) return issues.map(inPresetPath);
  return [
    {
      path: 'type',
      message: 'requires more than a consent, so an end user cannot fulfil it',
    },
  ];
}

const addressMissing =
  'must be preset too: a preset secret never goes to an address that an end user chooses';

/**
 * Finds required fields that nobody can fill in: those of the operator, hidden ones, and addresses beside a
 * preset secret.
 */
function findUnfillable(
  type: ConnectionType,
  { preset, hidden }: GivenPreset,
  kept: JsonObject | undefined,
): FieldIssue[] {
  const { fields } = type;
  const hasSecret = fields.some(({ name, secret }) => {
    const isGiven = Object.hasOwn(preset, name);
    return secret && (isGiven ? preset[name] !== null : Object.hasOwn(kept ?? {}, name));
  });
  const addresses = hasSecret ? addressFields(type) : new Set<string>();
  return fields.flatMap(({ name, required, secret, audience }): FieldIssue[] => {
    const isKept = kept === undefined ? secret : Object.hasOwn(kept, name);
    const isPreset = Object.hasOwn(preset, name) ? preset[name] !== null : isKept;
    if (!required || isPreset) return [];
    if (audience === 'operator') {
      return [
        { path: 'type', message: `has a field that an end user cannot enter: preset ${name}` },
      ];
    }
    if (addresses.has(name)) return [{ path: `preset.${name}`, message: addressMissing }];
    const index = hidden.indexOf(name);
    if (index < 0) return [];
    return [{ path: `hidden.${index}`, message: 'is required by the type, so preset it' }];
  });
}

function configIssues(type: ConnectionType, config: JsonObject, kept: JsonObject): FieldIssue[] {
  const parsed = parseConfig(type, config, kept);
  return parsed.ok ? [] : parsed.issues;
}

/** Turns the path of a config into the path of a preset. */
export function inPresetPath(issue: FieldIssue): FieldIssue {
  return { path: issue.path.replace(/^config/, 'preset'), message: issue.message };
}
