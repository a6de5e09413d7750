import { type DataKeyColumns, dataKeyColumns, readDataKey } from '../vault/data-keys.ts';
import type { SealedHalf } from './sealed-config.ts';

/** A connection's config as it is stored: both halves sealed. */
export type StoredConfig = {
  type: string;
  publicHalf: SealedHalf | null;
  /** Null only for a system-managed connection without secrets. */
  secretHalf: SealedHalf | null;
};

/** The columns of the config of a connection `c`, with {@link storedConfigJoins}. */
export const storedConfigColumns = `
  c.type, c.config AS "publicConfig", s.config AS "secretConfig",
  ${dataKeyColumns('pk', 'publicKey')}, ${dataKeyColumns('sk', 'secretKey')}`;

/** Joins the secret half of a connection `c` and the data keys of both halves. */
export const storedConfigJoins = `
  LEFT JOIN connection_secret s ON s.connection_id = c.id
  LEFT JOIN data_key pk ON pk.id = c.config_data_key_id
  LEFT JOIN data_key sk ON sk.id = s.config_data_key_id`;

/** A row that was selected with {@link storedConfigColumns}. */
export type StoredConfigColumns = DataKeyColumns<'publicKey' | 'secretKey'> & {
  type: string;
  publicConfig: Uint8Array | null;
  secretConfig: Uint8Array | null;
};

export function readStoredConfig(row: StoredConfigColumns): StoredConfig {
  return {
    type: row.type,
    publicHalf: toHalf(row.publicConfig, readDataKey(row, 'publicKey')),
    secretHalf: toHalf(row.secretConfig, readDataKey(row, 'secretKey')),
  };
}

function toHalf(
  sealed: Uint8Array | null,
  dataKey: SealedHalf['dataKey'] | null,
): SealedHalf | null {
  return sealed && dataKey && { sealed, dataKey };
}
