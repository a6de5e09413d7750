import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { VaultError } from './sealed.ts';

/* A wrapped data key is format (1 byte) | nonce (12) | ciphertext (32) | tag (16), AES-256-GCM. */

const format = 1;
const wrappedLength = 1 + 12 + 32 + 16;

/** Encrypts a 32-byte data key with a master key, for one context. */
export function wrap(
  masterKey: Uint8Array | undefined,
  kid: string,
  context: Uint8Array,
  key: Uint8Array,
): Uint8Array<ArrayBuffer> {
  if (masterKey === undefined) throw new VaultError(kid, 'MASTER_KEYS does not contain it');
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', masterKey, nonce);
  cipher.setAAD(context);
  return Buffer.concat([
    Buffer.of(format),
    nonce,
    cipher.update(key),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
}

/** Decrypts a data key that {@link wrap} encrypted. */
export function openWrapped(
  masterKey: Uint8Array | undefined,
  kid: string,
  context: Uint8Array,
  wrapped: Uint8Array,
): Buffer {
  if (masterKey === undefined) throw new VaultError(kid, 'MASTER_KEYS does not contain it');
  const bytes = Buffer.from(wrapped.buffer, wrapped.byteOffset, wrapped.byteLength);
  if (bytes.length !== wrappedLength || bytes[0] !== format) {
    throw new VaultError(kid, 'it is not a wrapped key');
  }
  const decipher = createDecipheriv('aes-256-gcm', masterKey, bytes.subarray(1, 13), {
    authTagLength: 16,
  });
  decipher.setAAD(context);
  decipher.setAuthTag(bytes.subarray(-16));
  const key = decipher.update(bytes.subarray(13, -16));
  try {
    decipher.final();
  } catch (cause) {
    throw new VaultError(kid, 'the key is a different one, or the value was changed', { cause });
  }
  return key;
}
