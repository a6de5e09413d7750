import {
  type ConnectionSealContext,
  openHalf,
  requireType,
} from '../../core/connection-config/sealed-config.ts';
import {
  readStoredConfig,
  type StoredConfig,
  type StoredConfigColumns,
  storedConfigColumns,
  storedConfigJoins,
} from '../../core/connection-config/stored-config.ts';
import type { LeanDeps } from '../../core/deps/deps.ts';
import type { Batched } from '../../platform/db/batch.ts';
import type { Sql } from '../../platform/db/sql.ts';
import { type Provider, resolveProvider } from './provider.ts';

/**
 * Returns the provider of a connection whose tokens are to be refreshed; undefined when the connection was
 * deleted. Concurrent calls share a statement.
 *
 * @throws InvalidInputError when its settings are incomplete.
 */
export async function loadProvider(
  deps: LeanDeps,
  place: ConnectionSealContext,
): Promise<Provider | undefined> {
  const stored = await deps.loadStoredConfig(place.id);
  return stored && openProvider(deps, place, stored);
}

/** Does what {@link loadProvider} does, with settings that are already loaded. */
export async function openProvider(
  deps: LeanDeps,
  place: ConnectionSealContext,
  stored: StoredConfig,
): Promise<Provider> {
  const [config, secrets] = await Promise.all([
    openHalf(deps.vault, place, 'public', stored.publicHalf),
    openHalf(deps.vault, place, 'secret', stored.secretHalf),
  ]);
  const whole = { ...config, ...secrets };
  return resolveProvider(requireType(stored.type), whole, deps.config.oauthClients);
}

declare module '../../core/deps/deps.ts' {
  interface LeanDeps {
    loadStoredConfig: Batched<string, StoredConfig | undefined>;
  }
}

const storedConfigsSql = `
  SELECT ${storedConfigColumns}
  FROM unnest($1::uuid[]) WITH ORDINALITY AS q(id, position)
  LEFT JOIN connection c ON c.id = q.id ${storedConfigJoins}
  ORDER BY q.position`;

export async function loadManyStoredConfigs(
  sql: Sql,
  ids: readonly string[],
): Promise<(StoredConfig | undefined)[]> {
  const rows = await sql<StoredConfigColumns | { type: null }>('load-provider', storedConfigsSql, [
    ids,
  ]);
  return rows.map((row) => (row.type === null ? undefined : readStoredConfig(row)));
}
