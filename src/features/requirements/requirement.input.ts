import { z } from 'zod';
import { isJsonObject, type JsonObject } from '../../core/catalog/json.ts';
import { RequirementKind } from '../../platform/db/generated/enums.ts';
import { nameText, optionalText } from '../../platform/input.ts';
import { kindOfSpec, parseSpec } from './spec.input.ts';

const title = nameText(200);
const description = optionalText(2_000);
const spec = z.custom<JsonObject>(isJsonObject, 'must be an object');

/** The input of a new requirement. Its spec is checked together with the fields beside it. */
export const newRequirement = z
  .object({
    appId: z.string(),
    name: nameText(120),
    kind: z.enum(RequirementKind),
    title,
    description,
    spec,
    workflowId: optionalText(255),
  })
  .superRefine(({ kind, spec: given }, context) => judge(kind, given, context), {
    when: () => true,
  });

/**
 * The input of changes. Whether the spec fits the kind is known only when the requirement is found.
 */
export const requirementChanges = z
  .object({ id: z.string(), title: title.nullish(), description, spec: spec.nullish() })
  .superRefine(
    ({ spec: given }, context) => {
      if (isJsonObject(given)) judge(kindOfSpec(given), given, context);
    },
    { when: () => true },
  );

function judge(kind: RequirementKind, given: unknown, context: z.core.$RefinementCtx): void {
  const parsed = parseSpec(kind, given);
  if (parsed.ok) return;
  for (const { path, message } of parsed.issues) {
    context.addIssue({ code: 'custom', path: ['spec', ...path.split('.')], message });
  }
}
