import type { OAuthFacts } from '../../core/catalog/facts.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/catalog/json.ts';
import { textAt } from '../../core/catalog/json-path.ts';
import { findTextProblem } from '../../core/catalog/text-safety.ts';

/** The account that consented, as its provider names it. */
export type NamedAccount = {
  /** Undefined when the provider does not say. */
  id: string | undefined;
  /** Its name for people, such as an e-mail address; undefined when the provider does not say. */
  label: string | undefined;
};

/** Where a provider names the account, if its type does not say where. */
const usualPaths = {
  id: ['sub', 'account_id', 'workspace_id'],
  label: ['email', 'workspace_name'],
};

/** Returns the paths at which the type finds the account, the first of several first. */
function pathsOf({ account }: OAuthFacts): { id: string[]; label: string[] } {
  if (account === null) return usualPaths;
  const listOf = (path: string | null) => (path === null ? [] : [path]);
  return { id: listOf(account.id), label: listOf(account.label) };
}

/**
 * Reads the account from the claims of the ID token, else from the response, else from the userinfo. The ID
 * token needs no signature check: it came directly from the token endpoint over TLS (OpenID Connect Core,
 * section 3.1.3.7). A text that no database can store counts as missing.
 */
export function readAccount(
  facts: OAuthFacts,
  sources: readonly (JsonObject | undefined)[],
  known: NamedAccount = { id: undefined, label: undefined },
): NamedAccount {
  const paths = pathsOf(facts);
  const find = (candidates: readonly string[]) =>
    sources
      .flatMap((source) => candidates.map((path) => textAt(source, path)))
      .find((text) => text !== undefined && findTextProblem(text) === undefined);
  return { id: known.id ?? find(paths.id), label: known.label ?? find(paths.label) };
}

/** Whether the userinfo could say nothing more about the account. */
export function isAccountComplete(facts: OAuthFacts, { id, label }: NamedAccount): boolean {
  const paths = pathsOf(facts);
  const isKnown = (value: string | undefined, { length }: string[]) =>
    value !== undefined || length === 0;
  return isKnown(id, paths.id) && isKnown(label, paths.label);
}

/**
 * Returns the key by which the accounts of two consents are compared: the issuer and `sub` of an ID token, else
 * the account that some providers name beside the token.
 */
export function accountKeyOf(
  claims: JsonObject | undefined,
  { account_id, workspace_id, owner }: JsonObject,
): string | undefined {
  if (typeof claims?.sub === 'string') return JSON.stringify([claims.iss ?? null, claims.sub]);
  if (typeof account_id === 'string') return JSON.stringify([account_id]);
  const user = isJsonObject(owner) && isJsonObject(owner.user) ? owner.user.id : undefined;
  if (typeof workspace_id === 'string') return JSON.stringify([workspace_id, user ?? null]);
  return undefined;
}

/** Returns the claims of an ID token; undefined when it is none. */
export function claimsOf(idToken: JsonValue | undefined): JsonObject | undefined {
  if (typeof idToken !== 'string') return undefined;
  try {
    const payload = Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString();
    const claims: unknown = JSON.parse(payload);
    return isJsonObject(claims) ? claims : undefined;
  } catch {
    return undefined;
  }
}
