import { exportJWK, exportPKCS8, generateKeyPair } from 'jose';
import { connectTokenLife } from '../../core/access/connect-token.ts';
import type { Deps } from '../../core/deps/deps.ts';
import type { SealContext } from '../../core/vault/sealed.ts';
import { writeSealed } from '../../core/vault/write-sealed.ts';
import type { Prisma } from '../../platform/db/generated/client.ts';
import { newId } from '../../platform/new-id.ts';

/** Seconds for which clients can cache the published keys. */
export const publishedMaxAge = 300;

/**
 * Seconds for which a new key is published before it signs instead of the old one. A client that cached the
 * keys just before the rotation has loaded them again by then.
 */
const publishedBefore = 2 * publishedMaxAge;

/**
 * Seconds for which a key verifies after its last signature: the life of a token, and five minutes as a
 * reserve.
 */
const verifiesAfter = connectTokenLife + 300;

/**
 * How a new key starts. `first`: its issuer has none. `overlap`: it replaces the newest key after some
 * minutes, and existing tokens stay valid. `compromised`: it replaces the key at once, and every older
 * token is void.
 */
type Arrival = 'first' | 'overlap' | 'compromised';

declare module '../../core/deps/deps.ts' {
  interface Deps {
    /** `key` is set while this process makes the first key. */
    firstSigningKey: { key: Promise<string> | undefined };
  }
}

/**
 * Creates a key if the `PUBLIC_URL` of this server has none. Concurrent callers wait for the same key.
 */
export async function makeFirstKey(deps: Deps): Promise<void> {
  const making = deps.firstSigningKey;
  making.key ??= makeSigningKey(deps, 'first').finally(() => {
    making.key = undefined;
  });
  await making.key;
}

/**
 * Creates a signing key for the `PUBLIC_URL` of this server. Other processes find it by themselves.
 *
 * @returns its `kid`. If another process was faster with a `first` key, the returned one does not exist.
 */
async function makeSigningKey(deps: Deps, arrival: Arrival): Promise<string> {
  const id = newId();
  // RFC 7518, section 3.3, requires at least 2,048 bits.
  const pair = await generateKeyPair('RS256', { modulusLength: 2_048, extractable: true });
  const publicKey = JSON.stringify(await exportJWK(pair.publicKey));
  const privateKey = Buffer.from(await exportPKCS8(pair.privateKey));
  const signsIn = arrival === 'overlap' ? publishedBefore : 0;
  await writeSealed({ deps }, null, async (tx, key) => {
    const sealed = deps.vault.seal(key, placeOfPrivateKey(id), privateKey);
    // Two rotations at the same time would each retire the other's new key, so they take turns.
    await tx.$executeRaw`LOCK TABLE signing_key IN SHARE ROW EXCLUSIVE MODE`;
    if (arrival !== 'first') await retireAll(tx, arrival);
    await tx.$executeRaw`
      INSERT INTO signing_key (id, issuer, public_key, private_key, private_key_data_key_id, signs_from)
      SELECT ${id}::uuid, ${deps.config.publicUrl}, ${publicKey}::jsonb, ${sealed}, ${key.id}::uuid,
        now() + make_interval(secs => ${signsIn})
      ON CONFLICT DO NOTHING`;
  });
  return id;
}

/*
 * Sets the end of all older keys. A key stops signing when its successor starts, and its last token has
 * expired `verifiesAfter` seconds later. A compromised key ends now. An end that is already earlier stays.
 */
async function retireAll(tx: Prisma.TransactionClient, arrival: Arrival): Promise<void> {
  const seconds = arrival === 'compromised' ? 0 : publishedBefore + verifiesAfter;
  await tx.$executeRaw`
    UPDATE signing_key SET verifies_until = now() + make_interval(secs => ${seconds})
    WHERE verifies_until IS NULL OR verifies_until > now() + make_interval(secs => ${seconds})`;
  if (arrival === 'compromised') await endWhatNamesNoKey(tx);
}

/** Ends consents and sessions of tokens that an older version stored without their key. */
async function endWhatNamesNoKey(tx: Prisma.TransactionClient): Promise<void> {
  await tx.$executeRaw`
    UPDATE authorization_attempt SET token_expires_at = now()
    WHERE token_expires_at IS NOT NULL AND token_kid IS NULL`;
  await tx.$executeRaw`DELETE FROM pipedream_link WHERE token_kid IS NULL`;
}

/** Returns the place that a private key is bound to. */
export function placeOfPrivateKey(id: string): SealContext {
  const place = { table: 'signing_key', rowId: id, column: 'private_key' };
  return { organizationId: null, projectId: null, ...place };
}

/** The new key, for which `PUBLIC_URL` it signs, and in how many seconds. */
export type RotatedSigningKey = { kid: string; issuer: string; signsIn: number };

/**
 * Replaces the key that signs connect tokens. The new key is published at once and signs after some
 * minutes; existing tokens stay valid for their whole life. If the old key is compromised, the new one
 * signs at once and the server refuses every older token.
 */
export async function rotateSigningKey(
  deps: Deps,
  { isCompromised }: { isCompromised: boolean },
): Promise<RotatedSigningKey> {
  const kid = await makeSigningKey(deps, isCompromised ? 'compromised' : 'overlap');
  const signsIn = isCompromised ? 0 : publishedBefore;
  return { kid, issuer: deps.config.publicUrl, signsIn };
}
