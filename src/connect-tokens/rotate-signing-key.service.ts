import type { Deps } from '../deps.ts';
import { makeSigningKey } from './signing-keys.ts';

/**
 * Puts a new key in the place of the one that signs connect tokens. It is published at once and signs
 * after some minutes; tokens already made stay valid for their whole life. When the old one is
 * compromised, the new one signs at once and every token made so far is refused.
 */
export async function rotateSigningKey(
  deps: Deps,
  { isCompromised }: { isCompromised: boolean },
): Promise<void> {
  await makeSigningKey(deps, isCompromised ? 'compromised' : 'overlap');
}
