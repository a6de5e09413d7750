import { LRUCache } from 'lru-cache';
import type { ConnectionStatus } from '../../platform/db/generated/enums.ts';
import type { ConnectionType } from '../catalog/catalog.ts';
import { secretFieldsWithValue } from '../catalog/config.ts';
import type { JsonObject, JsonValue } from '../catalog/json.ts';
import type { DataKeyRow } from '../vault/data-keys.ts';
import type { Place } from '../vault/sealed.ts';
import type { SealingKey, Vault } from '../vault/vault.ts';
import type { ConfigHalves } from './read-config.ts';

/*
 * The only place where a connection's config is sealed and opened. The public half is on the connection's
 * row, the secret half in a table that no list can load.
 */

/** The place that the sealed values of a connection are bound to. */
export type ConnectionPlace = { organizationId: string; projectId: string; id: string };

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
  place: ConnectionPlace,
  { type, halves }: Pick<PlannedConfig, 'type' | 'halves'>,
) {
  return {
    connection: {
      type: type.type,
      config: sealHalf(vault, key, place, 'public', halves.config),
      configDataKeyId: key.id,
      secretFields: secretFieldsWithValue(type, halves.secrets),
    },
    secret: {
      config: sealHalf(vault, key, place, 'secret', halves.secrets),
      configDataKeyId: key.id,
    },
    plainConfig: halves.config,
  };
}

/**
 * Opens one half of a config. The result may be shared with other callers, so do not change it.
 *
 * @throws VaultError with the data key's id if the half does not open.
 */
export function openHalf(
  vault: Vault,
  place: ConnectionPlace,
  half: Half,
  stored: SealedHalf | null,
): JsonObject | Promise<JsonObject> {
  if (stored === null) throw new Error(`Connection ${place.id} has no ${half} half.`);
  const known = half === 'public' ? recallConfig(vault, place, stored) : undefined;
  if (known !== undefined) return known;
  const read = (plaintext: Buffer) => {
    const config = parseHalf(plaintext);
    if (half === 'public') keepConfig(vault, place, stored, config);
    return config;
  };
  const plaintext = vault.open(stored.dataKey, placeOf(place, half), stored.sealed);
  return plaintext instanceof Promise ? plaintext.then(read) : read(plaintext);
}

function parseHalf(plaintext: Buffer): JsonObject {
  return JSON.parse(plaintext.toString()) as JsonObject; // sealHalf wrote it
}

function sealHalf(
  vault: Vault,
  key: SealingKey,
  place: ConnectionPlace,
  half: Half,
  content: JsonObject,
): Uint8Array<ArrayBuffer> {
  return vault.seal(key, placeOf(place, half), Buffer.from(JSON.stringify(content)));
}

function placeOf({ organizationId, projectId, id }: ConnectionPlace, half: Half): Place {
  return { organizationId, projectId, table: halves[half], rowId: id, column: 'config' };
}

/*
 * The cache of opened public halves. The same bytes with the same key and place always open to the same
 * config, so a list that is read again needs no decryption. Secrets are never cached.
 */

/** Milliseconds for which an opened half stays in memory, as long as an unwrapped data key does. */
const keptFor = 5 * 60_000;
const mostKept = 10_000;
/** Largest cached half in bytes. */
const largestKept = 2_048;

type Opened = ConnectionPlace & { dataKeyId: string; sealed: Buffer; config: JsonObject };

const keptBy = new WeakMap<Vault, LRUCache<string, Opened>>();

/** Returns the cached config of these bytes; undefined if they must be opened. */
function recallConfig(
  vault: Vault,
  { organizationId, projectId, id }: ConnectionPlace,
  { sealed, dataKey }: SealedHalf,
): JsonObject | undefined {
  const known = keptBy.get(vault)?.get(id);
  if (known === undefined || dataKey.wrapped === null || known.dataKeyId !== dataKey.id) return;
  if (known.projectId !== projectId || known.organizationId !== organizationId) return;
  return known.sealed.equals(sealed) ? known.config : undefined;
}

/** Caches an opened config. It is frozen, because several callers share it. */
function keepConfig(
  vault: Vault,
  { organizationId, projectId, id }: ConnectionPlace,
  { sealed, dataKey }: SealedHalf,
  config: JsonObject,
): void {
  if (sealed.length > largestKept) return;
  const kept = keptBy.get(vault) ?? new LRUCache({ max: mostKept, ttl: keptFor });
  keptBy.set(vault, kept);
  const place = { organizationId, projectId, id };
  kept.set(id, { ...place, dataKeyId: dataKey.id, sealed: Buffer.from(sealed), config });
  freeze(config);
}

function freeze(value: JsonValue): void {
  if (typeof value !== 'object' || value === null) return;
  Object.freeze(value);
  for (const inner of Object.values(value)) freeze(inner);
}
