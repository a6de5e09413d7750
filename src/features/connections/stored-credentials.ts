import {
  readStoredConfig,
  type StoredConfig,
  type StoredConfigColumns,
  storedConfigColumns,
  storedConfigJoins,
} from '../../core/connection-config/stored-config.ts';
import { type Grant, type GrantRow, grantColumns, readGrant } from '../../oauth/refresh/grant.ts';
import type { ConnectionStatus } from '../../platform/db/generated/enums.ts';

/** A connection with both halves of its config, and its grant, all still sealed. */
export type StoredCredentials = StoredConfig & {
  id: string;
  organizationId: string;
  projectId: string;
  status: ConnectionStatus;
  isSystem: boolean;
  /** Null for what is not OAuth, and before the first consent. */
  grant: Grant | null;
};

/** The columns of {@link CredentialsRow}: of a connection `c`, its project `p` and {@link credentialsJoins}. */
export const credentialsColumns = `
  c.id, p.organization_id AS "organizationId", c.project_id AS "projectId",
  c.status::text AS status, c.is_system AS "isSystem", ${storedConfigColumns}, ${grantColumns}`;

/** What holds the secrets of a connection `c`. */
export const credentialsJoins = `
  ${storedConfigJoins}
  LEFT JOIN oauth_grant g ON g.connection_id = c.id
  LEFT JOIN data_key tk ON tk.id = g.tokens_data_key_id`;

/** A row that was selected with {@link credentialsColumns}. */
export type CredentialsRow = Omit<StoredCredentials, keyof StoredConfig | 'grant'> &
  StoredConfigColumns &
  GrantRow;

export function readCredentials(row: CredentialsRow): StoredCredentials {
  return {
    id: row.id,
    organizationId: row.organizationId,
    projectId: row.projectId,
    status: row.status,
    isSystem: row.isSystem,
    ...readStoredConfig(row),
    grant: readGrant(row),
  };
}
