import type { Deps } from '../../core/deps/deps.ts';
import { makeSigningKey, publishedBefore } from './signing-keys.ts';

/** The new key, for which `PUBLIC_URL` it signs, and in how many seconds. */
export type RotatedSigningKey = { kid: string; issuer: string; signsIn: number };

/**
 * Puts a new key in the place of the one that signs connect tokens. It is published at once and signs
 * after some minutes; tokens already made stay valid for their whole life. When the old one is
 * compromised, the new one signs at once and every token made so far is refused.
 */
export async function rotateSigningKey(
  deps: Deps,
  { isCompromised }: { isCompromised: boolean },
): Promise<RotatedSigningKey> {
  const kid = await makeSigningKey(deps, isCompromised ? 'compromised' : 'overlap');
  const signsIn = isCompromised ? 0 : publishedBefore;
  return { kid, issuer: deps.config.publicUrl, signsIn };
}
