import { LRUCache } from 'lru-cache';
import type { ConnectionStatus } from '../../platform/db/generated/enums.ts';
import type { ConnectionType } from '../catalog/connection-type.ts';
import type { JsonObject, JsonValue } from '../catalog/json.ts';
import { secretFieldsWithValue } from '../catalog/secrets.ts';
import type { DataKeyRow } from '../vault/data-keys.ts';
import type { Place } from '../vault/sealed.ts';
import type { SealingKey, Vault } from '../vault/vault.ts';
import type { ConfigHalves } from './read-config.ts';

/*
 * The one place where a connection's config is sealed and opened. Its two halves live apart: the
 * public one on the connection's row, the secret one in a table that no list can reach.
 */

/** Which connection, of whom: what its sealed values are bound to. */
export type ConnectionPlace = { organizationId: string; projectId: string; id: string };

/** What a connection's config becomes, and its status with it. */
export type PlannedConfig = {
  type: ConnectionType;
  /** Null: as it is by then. */
  status: ConnectionStatus | null;
  halves: ConfigHalves;
  /** What becomes of its OAuth tokens, where it has any. */
  grant: 'keep' | 'drop' | 'forgive';
};

/** A sealed half with the data key that its row names. */
export type SealedHalf = { sealed: Uint8Array; dataKey: DataKeyRow };

const halves = { public: 'connection', secret: 'connection_secret' } as const;
type Half = keyof typeof halves;

/** The columns that hold a config and what follows from it, sealed for one connection. */
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
  };
}

/**
 * Opens one half of a config. What it answers may be shared: it is not to be changed.
 *
 * @throws VaultError with the data key's id when it does not open.
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
  return JSON.parse(plaintext.toString()) as JsonObject; // what sealHalf wrote
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
 * What public halves opened to. The same bytes, with the same key, in the same place always open to the
 * same, so a list that is read again needs no cipher. Secrets are never kept.
 */

/** As long as an unwrapped data key stays in memory, in milliseconds. */
const keptFor = 5 * 60_000;
const mostKept = 10_000;
/** In bytes. */
const largestKept = 2_048;

type Opened = ConnectionPlace & { dataKeyId: string; sealed: Buffer; config: JsonObject };

const keptBy = new WeakMap<Vault, LRUCache<string, Opened>>();

/** The config that these bytes opened to before; undefined when they have to be opened. */
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

/** Keeps what was opened; whoever gets it from here shares it, so it is frozen. */
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
