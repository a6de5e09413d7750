import { findConnectionType } from '../../core/catalog/catalog.ts';
import type { JsonValue } from '../../core/catalog/json.ts';
import { isJsonObject } from '../../core/catalog/json.ts';
import type { RequirementKind } from '../../platform/db/generated/enums.ts';

/** What a requirement asks for. */
export type RequirementSpec =
  | {
      kind: 'connection';
      /** Of the catalogue, such as `dynamiq.connections.OpenAI`. */
      type: string;
      /** What the provider must grant: what the spec names, else the type's default scopes. */
      scopes: readonly string[];
    }
  | { kind: 'pipedream_account'; appSlug: string };

/** A spec as it is stored: what was checked when it was written. */
export function readSpec(kind: RequirementKind, stored: unknown): RequirementSpec {
  const { type, scopes, app_slug } = isJsonObject(stored) ? stored : {};
  if (kind !== 'connection') return { kind, appSlug: String(app_slug) };
  const name = String(type);
  const named = textsOf(scopes);
  const defaults = findConnectionType(name)?.oauth2?.defaultScopes ?? [];
  return { kind, type: name, scopes: named.length > 0 ? named : defaults };
}

function textsOf(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
