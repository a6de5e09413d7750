/* The texts of others that the sentences of every language quote. */

/** The details of a problem. */
export type Problem = {
  /** The permissions that were not allowed. */
  scopes?: readonly string[] | undefined;
  /** The provider's own words. */
  said?: string | undefined;
};

/** Returns a text of somebody else, cut to a length that fits. */
export function clip(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
}

/** Returns permissions as the end of a sentence; nothing if there are none. */
export function shownScopes(scopes: readonly string[]): string {
  return scopes.length === 0 ? '' : `: ${clip(scopes.join(', '), 500)}`;
}
