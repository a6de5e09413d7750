/** What a consent gave. */
export type GrantedScopes = { scopes: readonly string[]; refreshable: boolean };

/** Which of the wanted scopes were not granted. */
export function missingScopes(
  wanted: readonly string[],
  { scopes, refreshable }: GrantedScopes,
): string[] {
  // Microsoft grants it by a refresh token and does not name it.
  const granted = refreshable ? [...scopes, 'offline_access'] : scopes;
  return wanted.filter((scope) => !granted.includes(scope));
}
