import { exportJWK, exportPKCS8, generateKeyPair } from 'jose';
import { connectTokenLife } from '../../core/access/connect-token.ts';
import type { Deps } from '../../core/deps/deps.ts';
import type { Place } from '../../core/vault/sealed.ts';
import { writeSealed } from '../../core/vault/write-sealed.ts';
import type { Prisma } from '../../platform/db/generated/client.ts';
import { newId } from '../../platform/new-id.ts';

/** How long a copy of the published keys may be kept, in seconds. */
export const publishedMaxAge = 300;

/** How long a key is published before it signs in the place of another, in seconds. */
export const publishedBefore = 2 * publishedMaxAge;

/** How long a key verifies after its last signature, in seconds: as long as what it signed, and a little more. */
const verifiesAfter = connectTokenLife + 300;

/**
 * How a new key comes: `first` where its issuer has none; `overlap` takes the place of the newest after
 * some minutes, and what was signed stays valid; `compromised` at once, and all that was signed is void.
 */
type Arrival = 'first' | 'overlap' | 'compromised';

declare module '../../core/deps/deps.ts' {
  interface Deps {
    /** `key` is set while this process makes the first key. */
    firstSigningKey: { key: Promise<string> | undefined };
  }
}

/** Makes a key where this server's `PUBLIC_URL` has none; whoever needs it meanwhile waits for the same. */
export async function makeFirstKey(deps: Deps): Promise<void> {
  const making = deps.firstSigningKey;
  making.key ??= makeSigningKey(deps, 'first').finally(() => {
    making.key = undefined;
  });
  await making.key;
}

/**
 * Makes a signing key for this server's `PUBLIC_URL`. Other processes take it up by themselves.
 *
 * @returns its `kid`; of a `first` one that another was before, one that is nowhere.
 */
export async function makeSigningKey(deps: Deps, arrival: Arrival): Promise<string> {
  const id = newId();
  const pair = await generateKeyPair('RS256', { modulusLength: 2_048, extractable: true });
  const publicKey = JSON.stringify(await exportJWK(pair.publicKey));
  const privateKey = Buffer.from(await exportPKCS8(pair.privateKey));
  const signsIn = arrival === 'overlap' ? publishedBefore : 0;
  await writeSealed({ deps }, null, async (tx, key) => {
    const sealed = deps.vault.seal(key, placeOfPrivateKey(id), privateKey);
    await tx.$executeRaw`LOCK TABLE signing_key IN SHARE ROW EXCLUSIVE MODE`; // one at a time
    if (arrival !== 'first') await retireAll(tx, arrival);
    await tx.$executeRaw`
      INSERT INTO signing_key (id, issuer, public_key, private_key, private_key_data_key_id, signs_from)
      SELECT ${id}::uuid, ${deps.config.publicUrl}, ${publicKey}::jsonb, ${sealed}, ${key.id}::uuid,
        now() + make_interval(secs => ${signsIn})
      ON CONFLICT DO NOTHING`;
  });
  return id;
}

/* A key signs nothing once its successor does: soon after, the last of what it signed has ended. */
async function retireAll(tx: Prisma.TransactionClient, arrival: Arrival): Promise<void> {
  const seconds = arrival === 'compromised' ? 0 : publishedBefore + verifiesAfter;
  await tx.$executeRaw`
    UPDATE signing_key SET verifies_until = now() + make_interval(secs => ${seconds})
    WHERE verifies_until IS NULL OR verifies_until > now() + make_interval(secs => ${seconds})`;
  if (arrival === 'compromised') await endWhatNamesNoKey(tx);
}

/** Ends what tokens began under a version that did not note their key. */
async function endWhatNamesNoKey(tx: Prisma.TransactionClient): Promise<void> {
  await tx.$executeRaw`
    UPDATE authorization_attempt SET token_expires_at = now()
    WHERE token_expires_at IS NOT NULL AND token_kid IS NULL`;
  await tx.$executeRaw`DELETE FROM pipedream_link WHERE token_kid IS NULL`;
}

/** What a private key is bound to. */
export function placeOfPrivateKey(id: string): Place {
  const place = { table: 'signing_key', rowId: id, column: 'private_key' };
  return { organizationId: null, projectId: null, ...place };
}

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
