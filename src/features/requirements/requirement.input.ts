import { z } from 'zod';
import type { RequestContext } from '../../core/access/request-context.ts';
import { visibleTypes } from '../../core/access/visible-types.ts';
import { complaint, messageOf } from '../../core/catalog/complaints.ts';
import { scopePattern } from '../../core/catalog/field-schemas.ts';
import { isJsonObject, type JsonObject } from '../../core/catalog/json.ts';
import type { ConnectionTypes } from '../../core/catalog/type-registry.ts';
import { RequirementKind } from '../../platform/db/generated/enums.ts';
import type { FieldIssue } from '../../platform/field-issues.ts';
import { fieldIssues, nameText, optionalText, requiredText } from '../../platform/input.ts';
import { typeName, unknownType } from '../connections/connection.input.ts';
import { findPresetProblems } from './preset.ts';
import { descriptions, titles } from './translations.ts';

/** Maximum number of fields that a requirement hides. */
const mostFields = 100;
const tooManyFields = `cannot hold more than ${mostFields}`;

/** Maximum number of scopes of a requirement. */
const mostScopes = 50;

const scopeText = requiredText(200).regex(scopePattern, messageOf(complaint('not_scope')));

const scopes = z
  .array(scopeText, 'must be a list')
  .max(mostScopes, `cannot hold more than ${mostScopes}`)
  .transform((list) => [...new Set(list)]);

const hiddenName = requiredText(64);

const connectionSpec = z
  .strictObject({
    type: typeName,
    scopes: scopes.nullish(),
    preset: z.custom<JsonObject>(isJsonObject, 'must be an object').nullish(),
    hidden: z.array(hiddenName, 'must be a list').max(mostFields, tooManyFields).nullish(),
    // Part of every spec that is read. The values are not, so the names alone mean nothing.
    secret_fields: z.array(z.string()).nullish(),
  })
  .transform(({ type, scopes: wanted, preset, hidden }) => ({
    type,
    ...(wanted != null && { scopes: wanted }),
    ...(preset != null && { preset }),
    ...(hidden != null && hidden.length > 0 && { hidden: [...new Set(hidden)] }),
  }));

const accountSpec = z.strictObject({
  app_slug: requiredText(100).regex(/^[\w-]*$/, 'must be an app of Pipedream, such as gmail'),
});

const specs = { connection: connectionSpec, pipedream_account: accountSpec };

type ReadSpec = { ok: true; spec: JsonObject } | { ok: false; issues: FieldIssue[] };

/**
 * Parses the spec of a requirement, or returns all problems. The preset of the result holds its secrets too.
 *
 * @param kept the stored secrets that the preset leaves out; undefined if they are not known yet.
 */
export function parseSpec(
  types: ConnectionTypes,
  kind: RequirementKind,
  given: unknown,
  kept: JsonObject | undefined,
): ReadSpec {
  const parsed = specs[kind].safeParse(given);
  const issues = parsed.success ? [] : fieldIssues(parsed.error.issues);
  if (kind === 'connection') issues.push(...findTypeProblems(types, given, kept));
  return parsed.success && issues.length === 0
    ? { ok: true, spec: parsed.data }
    : { ok: false, issues };
}

/** Returns the kind of requirement that a spec belongs to, as far as the spec says. */
function kindOfSpec(spec: JsonObject): RequirementKind {
  return Object.hasOwn(spec, 'app_slug')
    ? RequirementKind.pipedream_account
    : RequirementKind.connection;
}

/* Finds the problems of a type, of its scopes and of what the spec fixes and hides. */
function findTypeProblems(
  types: ConnectionTypes,
  given: unknown,
  kept: JsonObject | undefined,
): FieldIssue[] {
  if (!isJsonObject(given) || typeof given.type !== 'string') return [];
  const { type: name, scopes, preset, hidden } = given;
  if (name.trim() === '' || name.length > 200) return []; // a problem that the schema finds
  const type = types.find(name.trim());
  if (type === undefined) return [unknownType];
  if (type.oauth2 === undefined && scopes != null) {
    return [{ path: 'scopes', message: 'are for OAuth types only' }];
  }
  if (scopes != null && !type.fields.some(({ name }) => name === 'scopes')) {
    return [{ path: 'scopes', message: 'cannot be chosen: the type has no field scopes' }];
  }
  if (preset != null && !isJsonObject(preset)) return []; // a problem that the schema finds
  const names = Array.isArray(hidden) ? hidden.filter((one) => typeof one === 'string') : [];
  return findPresetProblems(
    type,
    { preset: preset ?? {}, hidden: names, isGiven: preset != null },
    kept,
  );
}

const title = nameText(200);
const requirementDescription = optionalText(2_000);
const spec = z.custom<JsonObject>(isJsonObject, 'must be an object');

/** The input of a new requirement. */
export const newRequirement = z.object({
  appId: z.string(),
  name: nameText(120),
  kind: z.enum(RequirementKind),
  title,
  titles: titles.nullish(),
  description: requirementDescription,
  descriptions: descriptions.nullish(),
  spec,
  workflowId: optionalText(255),
});

/** Finds the problems of a new requirement's spec. */
export function newSpecIssues(context: RequestContext, given: unknown): FieldIssue[] {
  if (!isJsonObject(given)) return [];
  const { kind, spec: its } = given;
  const known = Object.values(RequirementKind).find((one) => one === kind);
  return known === undefined || !isJsonObject(its) ? [] : specIssues(context, known, its, {});
}

/** The input of changes. */
export const requirementChanges = z.object({
  id: z.string(),
  title: title.nullish(),
  titles: titles.nullish(),
  description: requirementDescription,
  descriptions: descriptions.nullish(),
  spec: spec.nullish(),
});

/** Finds the problems of a changed spec. Whether it fits the kind is known when the requirement is found. */
export function changedSpecIssues(context: RequestContext, given: unknown): FieldIssue[] {
  if (!isJsonObject(given) || !isJsonObject(given.spec)) return [];
  return specIssues(context, kindOfSpec(given.spec), given.spec, undefined);
}

function specIssues(
  context: RequestContext,
  kind: RequirementKind,
  given: JsonObject,
  kept: JsonObject | undefined,
): FieldIssue[] {
  const parsed = parseSpec(visibleTypes(context), kind, given, kept);
  return parsed.ok ? [] : parsed.issues.map((issue) => ({ ...issue, path: `spec.${issue.path}` }));
}
