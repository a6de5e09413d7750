import { z } from 'zod';
import { findShippedType } from '../../core/catalog/catalog.ts';
import { complaint, messageOf } from '../../core/catalog/complaints.ts';
import { parseConfig } from '../../core/catalog/config.ts';
import { scopePattern } from '../../core/catalog/field-schemas.ts';
import { isJsonObject, type JsonObject } from '../../core/catalog/json.ts';
import { RequirementKind } from '../../platform/db/generated/enums.ts';
import type { FieldIssue } from '../../platform/field-issues.ts';
import { fieldIssues, nameText, optionalText, requiredText } from '../../platform/input.ts';
import { typeName } from '../connections/connection.input.ts';
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
  .superRefine(
    (spec, context) => {
      for (const { path, message } of findConsentProblems(spec)) {
        context.addIssue({ code: 'custom', path: [path], message });
      }
    },
    { when: ({ value }) => typeof (value as JsonObject | null)?.type === 'string' },
  )
  .transform(({ type, scopes: wanted }) => ({ type, ...(wanted != null && { scopes: wanted }) }));

const accountSpec = z.strictObject({
  app_slug: requiredText(100).regex(/^[\w-]*$/, 'must be an app of Pipedream, such as gmail'),
});

const specs = { connection: connectionSpec, pipedream_account: accountSpec };

type ReadSpec = { ok: true; spec: JsonObject } | { ok: false; issues: FieldIssue[] };

/**
 * Parses the spec of a requirement into the form in which it is stored, or returns all problems.
 */
export function parseSpec(kind: RequirementKind, given: unknown): ReadSpec {
  const parsed = specs[kind].safeParse(given);
  if (parsed.success) return { ok: true, spec: parsed.data };
  return { ok: false, issues: fieldIssues(parsed.error.issues) };
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
function findConsentProblems({ type: name, scopes }: z.input<typeof connectionSpec>): FieldIssue[] {
  const type = findShippedType(name.trim());
  if (type === undefined) return [];
  if (type.oauth2 === undefined) {
    return scopes == null ? [] : [{ path: 'scopes', message: 'are for OAuth types only' }];
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

/** The input of a new requirement. Its spec is checked together with the fields beside it. */
export const newRequirement = z
  .object({
    appId: z.string(),
    name: nameText(120),
    kind: z.enum(RequirementKind),
    title,
    titles: titles.nullish(),
    description: requirementDescription,
    descriptions: descriptions.nullish(),
    spec,
    workflowId: optionalText(255),
  })
  .superRefine(({ kind, spec: given }, context) => judgeSpec(kind, given, context), {
    when: () => true,
  });

/**
 * The input of changes. Whether the spec fits the kind is known only when the requirement is found.
 */
export const requirementChanges = z
  .object({
    id: z.string(),
    title: title.nullish(),
    titles: titles.nullish(),
    description: requirementDescription,
    descriptions: descriptions.nullish(),
    spec: spec.nullish(),
  })
  .superRefine(
    ({ spec: given }, context) => {
      if (isJsonObject(given)) judgeSpec(kindOfSpec(given), given, context);
    },
    { when: () => true },
  );

function judgeSpec(kind: RequirementKind, given: unknown, context: z.core.$RefinementCtx): void {
  const parsed = parseSpec(kind, given);
  if (parsed.ok) return;
  for (const { path, message } of parsed.issues) {
    context.addIssue({ code: 'custom', path: ['spec', ...path.split('.')], message });
  }
}
