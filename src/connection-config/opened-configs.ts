import { LRUCache } from 'lru-cache';
import type { JsonObject, JsonValue } from '../catalog/json.ts';
import type { Vault } from '../vault/vault.ts';
import type { ConnectionPlace, SealedHalf } from './sealed-config.ts';

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
export function recallConfig(
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
export function keepConfig(
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
