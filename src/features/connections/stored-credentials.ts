import type { SealedHalf } from '../../core/connection-config/sealed-config.ts';
import {
  type DataKeyColumns,
  dataKeyColumns,
  readDataKey,
} from '../../core/vault/data-key.columns.ts';
import { type Grant, type GrantRow, grantColumns, readGrant } from '../../oauth/refresh/grant.ts';
import type { ConnectionStatus } from '../../platform/db/generated/enums.ts';

/** A connection with both halves of its config, and its grant, all still sealed. */
export type StoredCredentials = {
  id: string;
  organizationId: string;
  projectId: string;
  type: string;
  status: ConnectionStatus;
  isSystem: boolean;
  publicHalf: SealedHalf | null;
  /** Null only for a system-managed connection that has none. */
  secretHalf: SealedHalf | null;
  /** Null for what is not OAuth, and before the first consent. */
  grant: Grant | null;
};

/** The columns of {@link CredentialsRow}: of a connection `c`, its project `p` and {@link credentialsJoins}. */
export const credentialsColumns = `
  c.id, p.organization_id AS "organizationId", c.project_id AS "projectId", c.type,
  c.status::text AS status, c.is_system AS "isSystem",
  c.config AS public, s.config AS secret, ${dataKeyColumns('pk', 'publicKey')},
  ${dataKeyColumns('sk', 'secretKey')}, ${grantColumns}`;

/** What holds the secrets of a connection `c`. */
export const credentialsJoins = `
  LEFT JOIN connection_secret s ON s.connection_id = c.id
  LEFT JOIN oauth_grant g ON g.connection_id = c.id
  LEFT JOIN data_key pk ON pk.id = c.config_data_key_id
  LEFT JOIN data_key sk ON sk.id = s.config_data_key_id
  LEFT JOIN data_key tk ON tk.id = g.tokens_data_key_id`;

type Facts = Pick<
  StoredCredentials,
  'id' | 'organizationId' | 'projectId' | 'type' | 'status' | 'isSystem'
>;

/** A row that was selected with {@link credentialsColumns}. */
export type CredentialsRow = Facts &
  GrantRow &
  DataKeyColumns<'publicKey' | 'secretKey'> & {
    [Column in 'public' | 'secret']: Uint8Array | null;
  };

export function readCredentials(row: CredentialsRow): StoredCredentials {
  const { id, organizationId, projectId, type, status, isSystem } = row;
  const publicHalf = half(row.public, readDataKey(row, 'publicKey'));
  const secretHalf = half(row.secret, readDataKey(row, 'secretKey'));
  const grant = readGrant(row);
  return { id, organizationId, projectId, type, status, isSystem, publicHalf, secretHalf, grant };
}

function half(sealed: Uint8Array | null, dataKey: SealedHalf['dataKey'] | null): SealedHalf | null {
  return sealed && dataKey && { sealed, dataKey };
}
