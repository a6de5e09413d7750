import type { ConnectionType } from '../../core/catalog/catalog.ts';
import { literalScopes, type ScopeFacts } from '../../core/catalog/facts.ts';
import { ConflictError } from '../../platform/errors.ts';

/** The scopes that a consent granted, and whether it gave a refresh token. */
type GrantedScopes = { scopes: readonly string[]; refreshable: boolean };

/** A consent that granted less than is needed: the person did not allow some permissions. */
export class MissingScopesError extends ConflictError {
  readonly scopes: readonly string[];

  constructor(label: string, scopes: readonly string[]) {
    super(
      `${label} did not grant all that is needed: ${scopes.join(', ')} is missing. Start again and allow it.`,
    );
    this.scopes = scopes;
  }
}

/** Returns the wanted scopes that were not granted, compared as the type's provider names them. */
export function missingScopes(
  type: ConnectionType | undefined,
  wanted: readonly string[],
  { scopes, refreshable }: GrantedScopes,
): string[] {
  const facts = type?.oauth2?.scopeFacts ?? literalScopes;
  const held = [...scopes, ...facts.unnamed];
  // offline_access requests a refresh token. Providers do not name it, but the refresh token proves it.
  if (refreshable) held.push('offline_access');
  const granted = withIncluded(held, facts);
  return wanted.filter((scope) => !granted.has(comparableScope(scope, facts)));
}

/** Returns the granted scopes in comparable form, with the scopes that they include. */
function withIncluded(scopes: readonly string[], facts: ScopeFacts): Set<string> {
  const granted = new Set(scopes.map((scope) => comparableScope(scope, facts)));
  // A Set is walked in the order of insertion, so the loop also visits the scopes that it adds.
  for (const scope of granted) {
    for (const included of facts.includes.get(scope) ?? []) granted.add(included);
  }
  return granted;
}

/** Returns one spelling for all names of a scope. */
function comparableScope(
  scope: string,
  { ignoresCase, optionalPrefix, aliases }: ScopeFacts,
): string {
  const name = ignoresCase ? scope.toLowerCase() : scope;
  const bare = name.startsWith(optionalPrefix) ? name.slice(optionalPrefix.length) : name;
  return aliases.get(bare) ?? bare;
}
