import type { JsonObject } from '../../core/catalog/json.ts';
import type { DataKeyRow } from '../../core/vault/data-keys.ts';
import type { Place } from '../../core/vault/sealed.ts';
import type { SealingKey, Vault } from '../../core/vault/vault.ts';

/** What is sealed of a grant. */
export type GrantTokens = {
  accessToken: string;
  tokenType: string;
  /** Undefined where the provider gives none. */
  refreshToken?: string;
  /** Who consented, in the provider's words; undefined where it does not say. */
  account?: string;
  /** What else came with the token: handed out with it. */
  extra?: JsonObject;
};

/** Which connection's tokens, of whom: what they are bound to. */
export type GrantPlace = { organizationId: string; projectId: string; connectionId: string };

export function sealTokens(
  vault: Vault,
  key: SealingKey,
  place: GrantPlace,
  tokens: GrantTokens,
): Uint8Array<ArrayBuffer> {
  return vault.seal(key, placeOf(place), Buffer.from(JSON.stringify(tokens)));
}

/** @throws VaultError with the data key's id when the tokens do not open. */
export async function openTokens(
  vault: Vault,
  dataKey: DataKeyRow,
  place: GrantPlace,
  sealed: Uint8Array,
): Promise<GrantTokens> {
  const plaintext = await vault.open(dataKey, placeOf(place), sealed);
  return JSON.parse(plaintext.toString()) as GrantTokens; // what sealTokens wrote
}

function placeOf({ organizationId, projectId, connectionId }: GrantPlace): Place {
  return { organizationId, projectId, table: 'oauth_grant', rowId: connectionId, column: 'tokens' };
}
