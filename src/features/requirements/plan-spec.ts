import type { RequestContext } from '../../core/access/request-context.ts';
import { visibleTypes } from '../../core/access/visible-types.ts';
import type { ConnectionType } from '../../core/catalog/catalog.ts';
import { isJsonObject, type JsonObject } from '../../core/catalog/json.ts';
import type { Prisma, Requirement } from '../../platform/db/generated/client.ts';
import type { RequirementKind } from '../../platform/db/generated/enums.ts';
import { InvalidInputError } from '../../platform/errors.ts';
import { checkAddresses } from '../connections/check-addresses.ts';
import { unknownType } from '../connections/connection.input.ts';
import { inPresetPath, type PresetHalves, splitPreset } from './preset.ts';
import { keptSecretNames, openPresetSecrets } from './preset-secrets.ts';
import { parseSpec } from './requirement.input.ts';
import { readSpec } from './spec.ts';

/*
 * Plans which spec a requirement stores: checked against its type and the project, with the preset in its public
 * and its secret half.
 */

/** The spec in its stored form, the halves of its preset, and the type that it names. */
type ParsedSpec = { spec: JsonObject; type: ConnectionType | null } & PresetHalves;

/** A custom type of another project looks as if it did not exist. */
export function requireSpecInProject({ type }: ParsedSpec, projectId: string): void {
  if (type === null || type.projectId === null || type.projectId === projectId) return;
  throw new InvalidInputError([{ ...unknownType, path: 'spec.type' }]);
}

export function requireSpec(
  context: RequestContext,
  kind: RequirementKind,
  given: JsonObject,
  kept: JsonObject,
): ParsedSpec {
  const types = visibleTypes(context);
  const parsed = parseSpec(types, kind, given, kept);
  if (!parsed.ok) {
    const fields = parsed.issues.map(({ path, message }) => ({ path: `spec.${path}`, message }));
    throw new InvalidInputError(fields);
  }
  const { preset, ...rest } = parsed.spec;
  const type = typeof rest.type === 'string' ? types.find(rest.type) : undefined;
  if (type === undefined || !isJsonObject(preset)) {
    return { spec: rest, type: type ?? null, values: {}, secrets: {} };
  }
  const { values, secrets } = splitPreset(type, preset);
  requireAllowedAddresses(context, type, values);
  const spec = withSecretNames({ ...rest, ...(hasKeys(values) && { preset: values }) }, secrets);
  return { spec, type, values, secrets };
}

/** The endpoints of a preset must be addresses to which this server may connect. */
function requireAllowedAddresses(
  { deps }: RequestContext,
  type: ConnectionType,
  values: JsonObject,
): void {
  try {
    checkAddresses(deps, type, { config: values, secrets: {} });
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    throw new InvalidInputError(
      error.fields.map(inPresetPath).map((issue) => ({ ...issue, path: `spec.${issue.path}` })),
    );
  }
}

type SpecChange = {
  stored: Requirement;
  place: { organizationId: string; projectId: string; id: string };
  spec: JsonObject;
};

/** Plans a new spec. Secrets that it leaves out stay, if nothing else about the preset changes. */
export async function changeSpec(
  context: RequestContext,
  tx: Prisma.TransactionClient,
  { stored, place, spec }: SpecChange,
): Promise<ParsedSpec & { areSecretsNew: boolean }> {
  const before = readSpec(stored.kind, stored.spec);
  const isSameType = before.kind === 'connection' && before.type === spec.type;
  if (!isSameType || spec.preset === null || before.secretFields.length === 0) {
    const parsed = requireSpec(context, stored.kind, spec, {});
    requireSpecInProject(parsed, place.projectId);
    return { ...parsed, areSecretsNew: true };
  }
  const kept = await openPresetSecrets(tx, context.deps, place);
  const given = isJsonObject(spec.preset) ? spec.preset : {};
  const parsed = requireSpec(context, stored.kind, { ...spec, preset: given }, kept);
  requireSpecInProject(parsed, place.projectId);
  const names = keptSecretNames(
    { values: before.preset, secretFields: before.secretFields },
    { values: parsed.values, secrets: parsed.secrets },
    given,
  );
  const secrets = { ...onlyNamed(kept, names), ...parsed.secrets };
  return {
    ...parsed,
    secrets,
    spec: withSecretNames(parsed.spec, secrets),
    areSecretsNew: names.length < before.secretFields.length || hasKeys(parsed.secrets),
  };
}

function hasKeys(values: JsonObject): boolean {
  return Object.keys(values).length > 0;
}

function onlyNamed(values: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name)));
}

/** Names the secrets of a spec, because no read shows their values. */
function withSecretNames(
  { secret_fields: _, ...spec }: JsonObject,
  secrets: JsonObject,
): JsonObject {
  return hasKeys(secrets) ? { ...spec, secret_fields: Object.keys(secrets).toSorted() } : spec;
}
