import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/*
 * AES-256-GCM with a random 96-bit nonce (NIST SP 800-38D). A sealed value is
 *
 *   format (1 byte) | key id (16 bytes) | nonce (12) | ciphertext | tag (16)
 *
 * The tag authenticates everything before the nonce, and the place that the value belongs to.
 */

const sealedFormat = 1;
const keyIdLength = 16;
const nonceLength = 12;
const tagLength = 16;
const headerLength = 1 + keyIdLength;

/** The place that a sealed value belongs to. It does not open anywhere else. */
export type SealContext = {
  /** The organization; null for a value of the server itself. */
  organizationId: string | null;
  /** The project; null for a value that belongs to no project. */
  projectId: string | null;
  table: string;
  rowId: string;
  column: string;
};

/** The failure to open a value. It names only the key, because it may reach a log. */
export class VaultError extends Error {
  override readonly name = 'VaultError';
  /** The id of the data key, or of the master key (`kid`). */
  readonly keyId: string;

  constructor(keyId: string, reason: string, options?: ErrorOptions) {
    super(`Key ${keyId} does not open this value: ${reason}.`, options);
    this.keyId = keyId;
  }
}

/** Seals `plaintext` for one place. `keyId` is a UUID, and `key` has 32 bytes. */
export function seal(
  keyId: string,
  key: Uint8Array,
  place: SealContext,
  plaintext: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const header = Buffer.concat([Buffer.of(sealedFormat), uuidBytes(keyId)]);
  const nonce = randomBytes(nonceLength);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(associatedData(header, place));
  return Buffer.concat([
    header,
    nonce,
    cipher.update(plaintext),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
}

/**
 * Opens a value that {@link seal} sealed.
 *
 * @throws VaultError if the value was sealed with another key or for another place, or is damaged.
 */
export function openSealed(
  keyId: string,
  key: Uint8Array,
  place: SealContext,
  sealed: Uint8Array,
): Buffer {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  if (bytes.length < headerLength + nonceLength + tagLength) {
    throw new VaultError(keyId, 'it is too short');
  }
  const header = bytes.subarray(0, headerLength);
  if (header[0] !== sealedFormat) throw new VaultError(keyId, 'its format is unknown');
  if (!header.subarray(1).equals(uuidBytes(keyId))) {
    throw new VaultError(keyId, 'it was sealed with another key');
  }
  const nonce = bytes.subarray(headerLength, headerLength + nonceLength);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength });
  decipher.setAAD(associatedData(header, place));
  decipher.setAuthTag(bytes.subarray(-tagLength));
  const opened = decipher.update(bytes.subarray(headerLength + nonceLength, -tagLength));
  try {
    decipher.final();
  } catch (cause) {
    throw new VaultError(keyId, 'it was changed, or moved from another place', { cause });
  }
  return opened;
}

/**
 * Returns the header and the parts of the place, each with its length in front, so that no two places
 * result in the same bytes.
 */
function associatedData(header: Uint8Array, place: SealContext): Buffer {
  const { organizationId, projectId, table, rowId, column } = place;
  const parts = [organizationId ?? '', projectId ?? '', table, rowId, column];
  let size = header.length;
  for (const part of parts) size += 4 + part.length;
  const data = Buffer.allocUnsafe(size);
  data.set(header);
  let offset = header.length;
  for (const part of parts) {
    offset = data.writeUInt32BE(part.length, offset);
    offset += data.write(part, offset, 'latin1'); // ids and column names are ASCII, so a character is a byte
  }
  return data;
}

export function lengthPrefixed(text: string): Buffer[] {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return [length, bytes];
}

function uuidBytes(id: string): Buffer {
  return Buffer.from(id.replaceAll('-', ''), 'hex');
}
