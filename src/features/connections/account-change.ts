import type { ProviderAccount } from '../../core/verification/verdict.ts';
import { ConflictError } from '../../platform/errors.ts';

/**
 * Whether credentials belong to another account than the known one. Ids decide if both are known, because a
 * person can rename an account.
 */
export function isAccountChanged(
  known: ProviderAccount | null,
  found: ProviderAccount | null,
): boolean {
  if (known === null || found === null) return false;
  if (known.id !== null && found.id !== null) return known.id !== found.id;
  if (known.label === null || found.label === null) return false;
  return known.label !== found.label;
}

/** The conflict that a caller must confirm before a connection changes to another account. */
export function accountChanged(known: ProviderAccount, found: ProviderAccount): ConflictError {
  return new ConflictError(
    'These credentials belong to another account than before. Confirm the change of the account if that is right.',
    { account: `was ${nameOf(known)}, and is now ${nameOf(found)}` },
  );
}

function nameOf({ id, label }: ProviderAccount): string {
  return `"${label ?? id ?? ''}"`;
}
