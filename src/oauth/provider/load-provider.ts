import type { JsonObject } from '../../core/catalog/json.ts';
import {
  type ConnectionSealContext,
  openHalf,
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
import { withKept } from './extras.ts';
import { type Provider, resolveProvider } from './provider.ts';

/** What is known of a connection before its provider is resolved. */
type GrantSettings = {
  /** The stored config, where it is already loaded. */
  settings: StoredConfig | undefined;
  /** The extras of the grant. */
  extra: JsonObject | undefined;
};

/**
 * Returns the provider of a connection whose tokens are to be refreshed; undefined when the connection was
 * deleted. Concurrent calls share a statement.
 *
 * @throws InvalidInputError when its settings are incomplete.
 */
export async function loadProvider(
  deps: LeanDeps,
  place: ConnectionSealContext,
  { settings, extra }: GrantSettings,
): Promise<Provider | undefined> {
  const stored = settings ?? (await deps.loadStoredConfig(place.id));
  if (stored === undefined) return undefined;
  const [config, secrets] = await Promise.all([
    openHalf(deps.vault, place, 'public', stored.publicHalf),
    openHalf(deps.vault, place, 'secret', stored.secretHalf),
  ]);
  const type = await deps.connectionTypes.current(place.organizationId, stored.type);
  const whole = withKept(type, { ...config, ...secrets }, extra);
  return resolveProvider(type, whole, deps.config.oauthClients);
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
