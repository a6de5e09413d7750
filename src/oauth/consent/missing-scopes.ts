import { type ConnectionType, literalScopes, type ScopeFacts } from '../../core/catalog/catalog.ts';
import { ConflictError } from '../../platform/errors.ts';

/** What a consent gave. */
export type GrantedScopes = { scopes: readonly string[]; refreshable: boolean };

/** A consent that granted less than is needed: the person left permissions unticked. */
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
  // It asks for a refresh token, which proves it: providers do not name it.
  if (refreshable) held.push('offline_access');
  const granted = withIncluded(held, facts);
  return wanted.filter((scope) => !granted.has(comparable(scope, facts)));
}

/** The granted scopes in comparable form, with all that they include. */
function withIncluded(scopes: readonly string[], facts: ScopeFacts): Set<string> {
  const granted = new Set(scopes.map((scope) => comparable(scope, facts)));
  // A Set is walked in the order of insertion, so what is added in the loop is visited as well.
  for (const scope of granted) {
    for (const included of facts.includes.get(scope) ?? []) granted.add(included);
  }
  return granted;
}

/** One spelling for all names of a scope. */
function comparable(scope: string, { ignoresCase, optionalPrefix, aliases }: ScopeFacts): string {
  const name = ignoresCase ? scope.toLowerCase() : scope;
  const bare = name.startsWith(optionalPrefix) ? name.slice(optionalPrefix.length) : name;
  return aliases.get(bare) ?? bare;
}
