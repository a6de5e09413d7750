import type { JsonValue } from '../catalog/json.ts';
import { isJsonObject } from '../catalog/json.ts';
import type { RequirementKind } from '../db/generated/enums.ts';

/** What a requirement asks for. */
export type RequirementSpec =
  | {
      kind: 'connection';
      /** Of the catalogue, such as `dynamiq.connections.OpenAI`. */
      type: string;
      /** What the provider must grant; empty: whatever it grants. */
      scopes: readonly string[];
    }
  | { kind: 'pipedream_account'; appSlug: string };

/** A spec as it is stored: what was checked when it was written. */
export function readSpec(kind: RequirementKind, stored: unknown): RequirementSpec {
  const { type, scopes, app_slug } = isJsonObject(stored) ? stored : {};
  return kind === 'connection'
    ? { kind, type: String(type), scopes: textsOf(scopes) }
    : { kind, appSlug: String(app_slug) };
}

function textsOf(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
