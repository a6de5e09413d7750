import { findConnectionType } from '../../core/catalog/catalog.ts';
import type { JsonObject } from '../../core/catalog/json.ts';
import { withoutPasswords } from '../../core/catalog/passwords-in-urls.ts';
import { openHalf } from '../../core/connection-config/sealed-config.ts';
import type { Deps } from '../../core/deps/deps.ts';
import type { ConnectionRow } from './connection-row.ts';

/**
 * Opens the part of a config that every reader may see: without secret fields, and without passwords in
 * its URLs. Null for a system-managed connection.
 *
 * @throws VaultError when the stored bytes are damaged.
 */
export async function openShownConfig(
  { vault }: Pick<Deps, 'vault'>,
  connection: ConnectionRow,
): Promise<JsonObject | null> {
  if (connection.isSystem) return null;
  const half = { sealed: connection.config, dataKey: connection.configDataKey };
  const config = connection.plainConfig ?? (await openHalf(vault, connection, 'public', half));
  return withoutPasswords(findConnectionType(connection.type), config);
}
