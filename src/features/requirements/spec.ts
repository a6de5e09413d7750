import type { ConnectionType } from '../../core/catalog/catalog.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/catalog/json.ts';
import type { RequirementKind } from '../../platform/db/generated/enums.ts';

/** The details of a requirement. */
export type RequirementSpec =
  | {
      kind: 'connection';
      /** The identifier of a connection type, such as `dynamiq.connections.OpenAI`. */
      type: string;
      /** The scopes that the provider must grant; null for the default scopes of the type. */
      scopes: readonly string[] | null;
      /** The public values that the app fixes. */
      preset: JsonObject;
      /** The names of the fields that end users neither see nor enter. */
      hidden: readonly string[];
      /** The names of the secret fields that the app fixes. */
      secretFields: readonly string[];
    }
  | { kind: 'pipedream_account'; appSlug: string };

/** Returns a stored spec. It was checked when it was written. */
export function readSpec(kind: RequirementKind, stored: unknown): RequirementSpec {
  const spec = isJsonObject(stored) ? stored : {};
  const { type, scopes, app_slug } = spec;
  if (kind !== 'connection') return { kind, appSlug: String(app_slug) };
  const name = String(type);
  const named = textsOf(scopes);
  return {
    kind,
    type: name,
    scopes: named.length > 0 ? named : null,
    preset: isJsonObject(spec.preset) ? spec.preset : {},
    hidden: textsOf(spec.hidden),
    secretFields: textsOf(spec.secret_fields),
  };
}

/** Returns the scopes that a spec requires of a connection of this type. */
export function requiredScopes(
  { scopes }: RequirementSpec & { kind: 'connection' },
  type: ConnectionType | undefined,
): readonly string[] {
  return scopes ?? type?.oauth2?.defaultScopes ?? [];
}

/** What a spec fixes or hides. */
export type Fixed = Pick<
  RequirementSpec & { kind: 'connection' },
  'preset' | 'hidden' | 'secretFields'
>;

/** Returns the names of the fields that a spec fixes or hides. */
export function unaskedNames({ preset, hidden, secretFields }: Fixed): string[] {
  return [...new Set([...Object.keys(preset), ...secretFields, ...hidden])];
}

/** Returns the texts of a list; none if the stored value is no list. */
function textsOf(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/**
 * Returns a spec as an end user sees it: without the values that the app fixes. `hidden` then names every
 * field that the app fixes or hides.
 */
export function specForEndUser(kind: RequirementKind, stored: unknown): JsonObject {
  const spec = readSpec(kind, stored);
  if (spec.kind === 'pipedream_account') return { app_slug: spec.appSlug };
  const hidden = unaskedNames(spec);
  return {
    type: spec.type,
    ...(spec.scopes !== null && { scopes: [...spec.scopes] }),
    ...(hidden.length > 0 && { hidden }),
  };
}
