import type { ConnectionStatus } from '../../platform/db/generated/enums.ts';
import { InvalidInputError } from '../../platform/errors.ts';
import type { ConnectionType } from '../catalog/catalog.ts';
import { type ParsedConfig, parseConfig, secretFieldsWithValue } from '../catalog/config.ts';
import type { JsonObject } from '../catalog/json.ts';
import type { DataKeyRow } from '../vault/data-keys.ts';
import type { SealContext } from '../vault/sealed.ts';
import type { SealingKey, Vault } from '../vault/vault.ts';

/*
 * The only place where a connection's config is sealed and opened. The public half is on the connection's
 * row, the secret half in a table that no list can load.
 */

/** The place that the sealed values of a connection are bound to. */
export type ConnectionSealContext = { organizationId: string; projectId: string; id: string };

/** The new config of a connection, with the status that follows from it. */
export type PlannedConfig = {
  type: ConnectionType;
  /** The new status; null to keep the current one. */
  status: ConnectionStatus | null;
  halves: ConfigHalves;
  /** The effect on the OAuth tokens, if there are any. */
  grant: 'keep' | 'drop' | 'reset backoff';
};

/** A sealed half, and the data key that its row names. */
export type SealedHalf = { sealed: Uint8Array; dataKey: DataKeyRow };

const halves = { public: 'connection', secret: 'connection_secret' } as const;
type Half = keyof typeof halves;

/** Seals a config for one connection. Returns the columns that hold it, and its public half in plain text. */
export function sealedConfig(
  vault: Vault,
  key: SealingKey,
  place: ConnectionSealContext,
  { type, halves }: Pick<PlannedConfig, 'type' | 'halves'>,
) {
  return {
    connection: {
      type: type.type,
      customTypeId: type.customTypeId,
      config: sealHalf(vault, key, place, 'public', halves.config),
      configDataKeyId: key.id,
      secretFields: secretFieldsWithValue(type, halves.secrets),
    },
    secret: {
      config: sealHalf(vault, key, place, 'secret', halves.secrets),
      configDataKeyId: key.id,
    },
    plainConfig: halves.config,
    /** The version of the type that the config was checked against. */
    typeVersion: type.version,
  };
}

/**
 * Opens one half of a config. The result may be shared with other callers, so do not change it.
 *
 * @throws VaultError with the data key's id if the half does not open.
 */
export function openHalf(
  vault: Vault,
  place: ConnectionSealContext,
  half: Half,
  stored: SealedHalf | null,
): JsonObject | Promise<JsonObject> {
  if (stored === null) throw new Error(`Connection ${place.id} has no ${half} half.`);
  const plaintext = vault.open(stored.dataKey, sealContextOfHalf(place, half), stored.sealed);
  return plaintext instanceof Promise ? plaintext.then(parseHalf) : parseHalf(plaintext);
}

function parseHalf(plaintext: Buffer): JsonObject {
  return JSON.parse(plaintext.toString()) as JsonObject; // sealHalf wrote it
}

function sealHalf(
  vault: Vault,
  key: SealingKey,
  place: ConnectionSealContext,
  half: Half,
  content: JsonObject,
): Uint8Array<ArrayBuffer> {
  return vault.seal(key, sealContextOfHalf(place, half), Buffer.from(JSON.stringify(content)));
}

function sealContextOfHalf(
  { organizationId, projectId, id }: ConnectionSealContext,
  half: Half,
): SealContext {
  return { organizationId, projectId, table: halves[half], rowId: id, column: 'config' };
}

/** A config in its public half and its secret half. */
export type ConfigHalves = Pick<ParsedConfig & { ok: true }, 'config' | 'secrets'>;

/**
 * Reads a whole config and fills in the defaults.
 *
 * @param kept the stored secrets of the same type, which are used for secrets that the config leaves out.
 */
export function readConnectionConfig(
  type: ConnectionType,
  given: JsonObject,
  kept: JsonObject = {},
): ConfigHalves {
  const parsed = parseConfig(type, given, kept);
  if (!parsed.ok) throw new InvalidInputError(parsed.issues);
  return parsed;
}
