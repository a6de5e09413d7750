import type { ConnectionType } from '../../core/catalog/catalog.ts';
import type { JsonValue } from '../../core/catalog/json.ts';
import { isJsonObject } from '../../core/catalog/json.ts';
import type { RequirementKind } from '../../platform/db/generated/enums.ts';

/** The details of a requirement. */
export type RequirementSpec =
  | {
      kind: 'connection';
      /** The identifier of a connection type, such as `dynamiq.connections.OpenAI`. */
      type: string;
      /** The scopes that the provider must grant; null for the default scopes of the type. */
      scopes: readonly string[] | null;
    }
  | { kind: 'pipedream_account'; appSlug: string };

/** Returns a stored spec. It was checked when it was written. */
export function readSpec(kind: RequirementKind, stored: unknown): RequirementSpec {
  const { type, scopes, app_slug } = isJsonObject(stored) ? stored : {};
  if (kind !== 'connection') return { kind, appSlug: String(app_slug) };
  const name = String(type);
  const named = textsOf(scopes);
  return { kind, type: name, scopes: named.length > 0 ? named : null };
}

/** Returns the scopes that a spec requires of a connection of this type. */
export function requiredScopes(
  { scopes }: RequirementSpec & { kind: 'connection' },
  type: ConnectionType | undefined,
): readonly string[] {
  return scopes ?? type?.oauth2?.defaultScopes ?? [];
}

/** Returns the texts of a list; none if the stored value is no list. */
function textsOf(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
