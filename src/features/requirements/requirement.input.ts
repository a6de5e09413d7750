import { z } from 'zod';
import type { RequestContext } from '../../core/access/request-context.ts';
import { visibleTypes } from '../../core/access/visible-types.ts';
import { complaint, messageOf } from '../../core/catalog/complaints.ts';
import { parseConfig } from '../../core/catalog/config.ts';
import { scopePattern } from '../../core/catalog/field-schemas.ts';
import { isJsonObject, type JsonObject } from '../../core/catalog/json.ts';
import type { ConnectionTypes } from '../../core/catalog/type-registry.ts';
import { RequirementKind } from '../../platform/db/generated/enums.ts';
import type { FieldIssue } from '../../platform/field-issues.ts';
import { fieldIssues, nameText, optionalText, requiredText } from '../../platform/input.ts';
import { typeName, unknownType } from '../connections/connection.input.ts';
import { descriptions, titles } from './translations.ts';

/** Maximum number of scopes of a requirement. */
const mostScopes = 50;

const scopeText = requiredText(200).regex(scopePattern, messageOf(complaint('not_scope')));

const scopes = z
  .array(scopeText, 'must be a list')
  .max(mostScopes, `cannot hold more than ${mostScopes}`)
  .transform((list) => [...new Set(list)]);

const connectionSpec = z
  .strictObject({ type: typeName, scopes: scopes.nullish() })
  .transform(({ type, scopes: wanted }) => ({ type, ...(wanted != null && { scopes: wanted }) }));

const accountSpec = z.strictObject({
  app_slug: requiredText(100).regex(/^[\w-]*$/, 'must be an app of Pipedream, such as gmail'),
});

const specs = { connection: connectionSpec, pipedream_account: accountSpec };

type ReadSpec = { ok: true; spec: JsonObject } | { ok: false; issues: FieldIssue[] };

/**
 * Parses the spec of a requirement into the form in which it is stored, or returns all problems.
 */
export function parseSpec(types: ConnectionTypes, kind: RequirementKind, given: unknown): ReadSpec {
  const parsed = specs[kind].safeParse(given);
  const issues = parsed.success ? [] : fieldIssues(parsed.error.issues);
  if (kind === 'connection') issues.push(...findConsentProblems(types, given));
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

/*
 * Finds problems of a type that needs a consent. An end user can only give consent, so the type must not
 * require anything else.
 */
function findConsentProblems(types: ConnectionTypes, given: unknown): FieldIssue[] {
  if (!isJsonObject(given) || typeof given.type !== 'string') return [];
  const { type: name, scopes } = given;
  if (name.trim() === '' || name.length > 200) return []; // a problem that the schema finds
  const type = types.find(name.trim());
  if (type === undefined) return [unknownType];
  if (type.oauth2 === undefined) {
    return scopes == null ? [] : [{ path: 'scopes', message: 'are for OAuth types only' }];
  }
  if (scopes != null && !type.fields.some(({ name }) => name === 'scopes')) {
    return [{ path: 'scopes', message: 'cannot be chosen: the type has no field scopes' }];
  }
  const parsed = parseConfig(type, {});
  if (parsed.ok) return [];
  return [
    { path: 'type', message: 'requires more than a consent, so an end user cannot fulfil it' },
  ];
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
  return known === undefined || !isJsonObject(its) ? [] : specIssues(context, known, its);
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
  return specIssues(context, kindOfSpec(given.spec), given.spec);
}

function specIssues(
  context: RequestContext,
  kind: RequirementKind,
  given: JsonObject,
): FieldIssue[] {
  const parsed = parseSpec(visibleTypes(context), kind, given);
  return parsed.ok ? [] : parsed.issues.map((issue) => ({ ...issue, path: `spec.${issue.path}` }));
}
